import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import { linear, linearGelu } from "../ops/mod.ts";
import { weight, type Weights } from "./weights.ts";

/** x W + b along the last axis: `[…, inputs]` to `[…, outputs]`, with the weights `name.weight` and `name.bias`. */
export function dense(weights: Weights, name: string, x: Tensor): Tensor {
  return alongLastAxis(linear, weights, name, x);
}

/** gelu(x W + b) along the last axis, with the exact (erf) GELU. */
export function denseGelu(weights: Weights, name: string, x: Tensor): Tensor {
  return alongLastAxis(linearGelu, weights, name, x);
}

function alongLastAxis(
  op: (x: Tensor2D, w: Tensor2D, b: Tensor1D) => Tensor2D,
  weights: Weights,
  name: string,
  x: Tensor,
): Tensor {
  const w = weight<Tensor2D>(weights, `${name}.weight`);
  const rows = x.rank === 2 ? x as Tensor2D : x.reshape<Tensor2D>([-1, x.shape[x.rank - 1]!]);
  const y = op(rows, w, weight<Tensor1D>(weights, `${name}.bias`));
  return x.rank === 2 ? y : y.reshape([...x.shape.slice(0, -1), w.shape[1]]);
}
