import type { Tensor } from "@tensorflow/tfjs";
import { linear, linearGelu } from "../ops/mod.ts";
import { weight, type Weights } from "./weights.ts";

/**
 * x W + b along the last axis: `[…, inputs]` to `[…, outputs]`, owned by the caller, with the weights `name.weight`
 * `[inputs, outputs]` and `name.bias` `[outputs]`. Throws `ShapeMismatch`, and an Error where a weight is missing.
 */
export function dense(weights: Weights, name: string, x: Tensor): Tensor {
  return linear(x, weight(weights, `${name}.weight`), weight(weights, `${name}.bias`));
}

/** gelu(x W + b) along the last axis, with the exact (erf) GELU; shapes, weights and errors as in {@linkcode dense}. */
export function denseGelu(weights: Weights, name: string, x: Tensor): Tensor {
  return linearGelu(x, weight(weights, `${name}.weight`), weight(weights, `${name}.bias`));
}
