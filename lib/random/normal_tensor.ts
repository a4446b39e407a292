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
 * @example Normals in another shape
 * ```ts
 * import { keyFor, normals, normalTensor } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 *
 * const key = keyFor(1, "training", 0);
 * const x = normalTensor(key, [2, 3]); // [tasks, features]
 * assertEquals(await x.data(), normals(key, 6));
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
