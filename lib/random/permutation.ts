import { randomBits } from "./bits.ts";
import type { Key } from "./key.ts";

/**
 * A random order of 0 … `count − 1`, by Fisher and Yates's shuffle from the end. Its steps draw their position by the high
 * word of word · bound, so that orders are equally likely to within `count² / 2^32`.
 *
 * @example Every number once
 * ```ts
 * import { keyFor, permutation } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 *
 * const order = permutation(keyFor(1, "training", 0), 6);
 * assertEquals([...order].sort(), [0, 1, 2, 3, 4, 5]);
 * ```
 */
export function permutation(key: Key, count: number): Int32Array<ArrayBuffer> {
  const words = randomBits(key, count);
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  for (let last = count - 1; last > 0; last--) {
    const word = words[last]!, bound = last + 1;
    const low = (word & 0xffff) * bound; // exact: below 2^48
    const chosen = Math.floor(((word >>> 16) * bound + Math.floor(low / 65536)) / 65536);
    const held = order[last]!;
    order[last] = order[chosen]!;
    order[chosen] = held;
  }
  return order;
}
