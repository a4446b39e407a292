import { randomBits } from "./bits.ts";
import type { Key } from "./key.ts";

/**
 * `count` whole numbers from 0 to `bound − 1`, the high words of word · bound; no number is likelier than another by more
 * than `bound / 2^32` of itself. `bound` from 1 to 2^31 − 1. Slices as in {@linkcode randomBits}.
 *
 * @example A hundred dice show every face
 * ```ts
 * import { integers, keyFor } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 *
 * const dice = integers(keyFor(1, "training", 0), 100, 6);
 * assertEquals([...new Set(dice)].sort(), [0, 1, 2, 3, 4, 5]);
 * ```
 */
export function integers(key: Key, count: number, bound: number, first = 0): Int32Array<ArrayBuffer> {
  const words = randomBits(key, count, first);
  const out = new Int32Array(count);
  const u = bound & 0xffff, v = bound >>> 16;
  for (let i = 0; i < count; i++) {
    const word = words[i]!, x = word & 0xffff, y = word >>> 16;
    const m = y * u + ((x * u) >>> 16); // below 2^32, exact in doubles
    const n = x * v + (m & 0xffff);
    out[i] = y * v + (m >>> 16) + (n >>> 16);
  }
  return out;
}
