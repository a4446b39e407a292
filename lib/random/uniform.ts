import { randomBits } from "./bits.ts";
import type { Key } from "./key.ts";

/**
 * `count` uniform numbers, the exact 32-bit floats (⌊word / 2^9⌋ + ½) · 2^-23: never 0, never 1, symmetric about ½. Slices
 * as in {@linkcode randomBits}.
 *
 * @example Strictly between 0 and 1
 * ```ts
 * import { keyFor, uniforms } from "@amortize/core/random";
 * import { assert } from "@std/assert";
 *
 * assert(uniforms(keyFor(1, "training", 0), 100).every((u) => u > 0 && u < 1));
 * ```
 */
export function uniforms(key: Key, count: number, first = 0): Float32Array<ArrayBuffer> {
  const words = randomBits(key, count, first);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = ((words[i]! >>> 9) + 0.5) * 2 ** -23;
  return out;
}
