import * as tf from "@tensorflow/tfjs";
import { normalWeight, weight, type Weights } from "../model/weights.ts";
import type { Key } from "../random/mod.ts";
import { fromStep } from "../stages/from_step.ts";
import type { RefineInput } from "../stages/regime.ts";

/** Learned vectors, one a row: `name` `[rows, width]`. */
export function vectors(key: Key, name: string, rows: number, width: number): Weights {
  return { [name]: normalWeight(key, name, [rows, width], 0.02) };
}

/** Labels y as observation tokens show them: times the factor, and y itself where it is 1. */
export function scaledLabels(y: tf.Tensor3D, factor: number): tf.Tensor3D {
  return factor === 1 ? y : y.mul(factor);
}

/** The learned vector of step k, clamped at the last trained step: `[1, width]`, by a product with a one-hot row. */
export function stepVector(name: string, input: RefineInput): tf.Tensor2D {
  const all = weight<tf.Tensor2D>(input.weights, name);
  const rows = all.shape[0];
  // A sum over a masked table, not a gather: the gradient of a gather is a scatter, which wasm lacks.
  const selector = fromStep(input, (step) => {
    const chosen = Math.min(step, rows - 1);
    return tf.tensor2d(Array.from({ length: rows }, (_, k) => [Number(k === chosen)]));
  });
  return all.mul(selector).sum<tf.Tensor2D>(0, true);
}
