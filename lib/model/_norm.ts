import * as tf from "@tensorflow/tfjs";
import { layerNorm, type NormWeights } from "../ops/mod.ts";
import { weight, type Weights } from "./weights.ts";

/** What layer norms add to the variance. */
export const layerNormEpsilon = 1e-5;

/** A layer norm's gain, ones, and bias, zeros: `NAME.gain` and `NAME.bias`, `[width]` each. */
export function normWeights(name: string, width: number): Weights {
  return { [`${name}.gain`]: tf.ones([width]), [`${name}.bias`]: tf.zeros([width]) };
}

/** Layer norm by the weights of that name, over the last axis; the caller owns the result. */
export function norm(weights: Weights, name: string, x: tf.Tensor): tf.Tensor {
  const { gain, bias } = normOf(weights, name);
  return layerNorm(x, gain, bias, layerNormEpsilon);
}

/** A layer norm's weights by their name. */
export function normOf(weights: Weights, name: string): NormWeights {
  return { gain: weight(weights, `${name}.gain`), bias: weight(weights, `${name}.bias`) };
}
