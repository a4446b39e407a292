import * as tf from "@tensorflow/tfjs";
import { type Key, normals, purpose } from "../random/mod.ts";

/** Named weights. Names are the checkpoint's names. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** One named weight; throws if there is none, which is a programming error. */
export function weight<T extends tf.Tensor>(weights: Weights, name: string): T {
  const found = weights[name];
  if (found === undefined) throw new Error(`Cannot read weight "${name}": there is none of this name`);
  return found as T;
}

/** A weight of this shape drawn from N(0, scale²), owned by the caller; the same name and key give the same bits. */
export function normalWeight(key: Key, name: string, shape: readonly number[], scale: number): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const drawn = normals(purpose(key, name), size);
  for (let i = 0; i < size; i++) drawn[i]! *= scale;
  return tf.tensor(drawn, [...shape], "float32");
}

/** `name.weight` `[inputs, outputs]` ~ N(0, gain² / inputs) and `name.bias` `[outputs]` = 0; the caller owns both. */
export function denseWeights(key: Key, name: string, inputs: number, outputs: number, gain = 1): Weights {
  return {
    [`${name}.weight`]: normalWeight(key, `${name}.weight`, [inputs, outputs], gain / Math.sqrt(inputs)),
    [`${name}.bias`]: tf.zeros([outputs]),
  };
}
