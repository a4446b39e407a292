import * as tf from "@tensorflow/tfjs";
import type { Key } from "./key.ts";
import { normals } from "./normal.ts";
import { uniforms } from "./uniform.ts";

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * {@linkcode normals} as a float32 tensor of any shape, last axis fastest; the caller owns it.
 *
 * ```ts
 * import { keyFor, normalTensor } from "@amortize/core/random";
 * const x = normalTensor(keyFor(1, "training", 0), [2, 3]); // [tasks, features]
 * console.assert(x.size === 6);
 * x.dispose();
 * ```
 */
export function normalTensor(key: Key, shape: readonly number[], first = 0): tf.Tensor {
  return tf.tensor(normals(key, elements(shape), first), [...shape], "float32");
}

/** {@linkcode uniforms}, from 0 to 1, as a float32 tensor of any shape, last axis fastest; the caller owns it. */
export function uniformTensor(key: Key, shape: readonly number[], first = 0): tf.Tensor {
  return tf.tensor(uniforms(key, elements(shape), first), [...shape], "float32");
}
