import type { Key } from "./key.ts";
import { philoxBlocks } from "./philox.ts";

const TWO_32 = 2 ** 32;

/**
 * `count` random words of a stream, each from 0 to 2^32 − 1. Element i is word `(first + i) mod 4` of block
 * `⌊(first + i) / 4⌋`, so that any slice of a longer draw can be drawn alone. `first + count` must stay within 2^34.
 *
 * ```ts
 * import { keyFor, randomBits } from "@amortize/core/random";
 * const key = keyFor(1, "training", 0);
 * console.assert(randomBits(key, 1, 5)[0] === randomBits(key, 8)[5]);
 * ```
 */
export function randomBits(key: Key, count: number, first = 0): Uint32Array<ArrayBuffer> {
  const skipped = first % 4;
  const blocks = Math.ceil((skipped + count) / 4);
  const words = new Uint32Array(blocks * 4);
  const low = key.seed % TWO_32, high = Math.floor(key.seed / TWO_32);
  philoxBlocks(words, blocks, (first - skipped) / 4, key.iteration, key.purpose, key.split, low, high);
  return words.length === count ? words : words.subarray(skipped, skipped + count);
}
