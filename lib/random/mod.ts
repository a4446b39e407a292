/**
 * Random numbers with the same bits on every machine and backend: a {@linkcode Key} names a stream, a position in it a
 * number. Nothing is used up and nothing is shared, so draws can be repeated, cut into slices, or made in any order.
 *
 * @example Two uses of one key
 * ```ts
 * import { keyFor, normals, permutation, purpose } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 *
 * const key = keyFor(7, "training", 0);
 * const x = normals(purpose(key, "inputs"), 8);
 * permutation(purpose(key, "order"), 8); // uses nothing up
 * assertEquals(normals(purpose(key, "inputs"), 8), x);
 * ```
 *
 * @module
 */
export { randomBits } from "./bits.ts";
export { drawPlace, type DrawStart, drawStart } from "./draw_place.ts";
export { integers } from "./integer.ts";
export { type Key, keyFor, purpose } from "./key.ts";
export { normals } from "./normal.ts";
export { normalTensor, uniformTensor } from "./normal_tensor.ts";
export { permutation } from "./permutation.ts";
export { philox } from "./philox.ts";
export { uniforms } from "./uniform.ts";
export { InvalidSeed } from "../errors/invalid_seed.ts";
