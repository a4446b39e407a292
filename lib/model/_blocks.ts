import type { Tensor } from "@tensorflow/tfjs";
import { type Branch, feedForward, normedLinear, residualLinear } from "../ops/mod.ts";
import { layerNormEpsilon, normOf } from "./_norm.ts";
import { weight, type Weights } from "./weights.ts";

/** Layer norm and dense layer of a residual stream, by the weights of their names, and the stream to go on with. */
export function normedDense(weights: Weights, norm: string, name: string, x: Tensor): Branch {
  const { w, b } = denseOf(weights, name);
  return normedLinear(x, normOf(weights, norm), w, b, layerNormEpsilon);
}

/** residual + x W + b along the last axis. */
export function residualDense(weights: Weights, name: string, residual: Tensor, x: Tensor): Tensor {
  const { w, b } = denseOf(weights, name);
  return residualLinear(residual, x, w, b);
}

/** x + W₂ gelu(W₁ norm(x)) by the weights `name.norm`, `name.hidden` and `name.output`. */
export function feedForwardBlock(weights: Weights, name: string, x: Tensor): Tensor {
  const layers = { hidden: denseOf(weights, `${name}.hidden`), output: denseOf(weights, `${name}.output`) };
  return feedForward(x, normOf(weights, `${name}.norm`), layers, layerNormEpsilon);
}

function denseOf(weights: Weights, name: string): { readonly w: Tensor; readonly b: Tensor } {
  return { w: weight(weights, `${name}.weight`), b: weight(weights, `${name}.bias`) };
}
