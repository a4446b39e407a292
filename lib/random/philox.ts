/**
 * Philox4x32-10: four random words as a pure function of a counter of four words and a key of two. Ten rounds of
 * multiplication and exclusive or, so that any word of any stream can be drawn alone, on any machine, with the same bits.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * @example The first word of the authors' known answers
 * ```ts
 * import { philox } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(philox([0, 0, 0, 0], [0, 0])[0], 0x6627e8d5);
 * ```
 *
 * @module
 */

/** The multipliers of a round's two products. */
const MULTIPLIER_0 = 0xd2511f53, MULTIPLIER_1 = 0xcd9e8d57;
/** What the two words of the key grow by from round to round. */
const WEYL_0 = 0x9e3779b9, WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The halves of the multipliers, for the high words of products of 16-bit numbers, which stay exact in 32 bits. */
const LOW_0 = MULTIPLIER_0 & 0xffff, HIGH_0 = MULTIPLIER_0 >>> 16;
const LOW_1 = MULTIPLIER_1 & 0xffff, HIGH_1 = MULTIPLIER_1 >>> 16;

/** The four words of block `counter` under `key`, each from 0 to 2^32 − 1. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(4);
  philoxBlocks(words, 1, counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
  return words;
}

/**
 * Writes the words of the blocks `block`, `block + 1`, …, of one stream into `out`, four words a block; `blocks · 4` words
 * must fit. All arguments but `blocks` are taken modulo 2^32. No allocation.
 */
export function philoxBlocks(
  out: Uint32Array,
  blocks: number,
  block: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  for (let at = 0, end = blocks * 4; at < end; at += 4, block++) {
    let a = block | 0, b = counter1 | 0, c = counter2 | 0, d = counter3 | 0, k = key0 | 0, l = key1 | 0;
    for (let round = 0; round < ROUNDS; round++) {
      // High words of a · MULTIPLIER_0 and c · MULTIPLIER_1.
      const ax = a & 0xffff, ay = a >>> 16;
      const am = Math.imul(ay, LOW_0) + (Math.imul(ax, LOW_0) >>> 16) | 0;
      const an = Math.imul(ax, HIGH_0) + (am & 0xffff) | 0;
      const aHigh = Math.imul(ay, HIGH_0) + (am >>> 16) + (an >>> 16) | 0;
      const cx = c & 0xffff, cy = c >>> 16;
      const cm = Math.imul(cy, LOW_1) + (Math.imul(cx, LOW_1) >>> 16) | 0;
      const cn = Math.imul(cx, HIGH_1) + (cm & 0xffff) | 0;
      const cHigh = Math.imul(cy, HIGH_1) + (cm >>> 16) + (cn >>> 16) | 0;
      const aLow = Math.imul(a, MULTIPLIER_0), cLow = Math.imul(c, MULTIPLIER_1);
      a = cHigh ^ b ^ k;
      b = cLow;
      c = aHigh ^ d ^ l;
      d = aLow;
      k = k + WEYL_0 | 0;
      l = l + WEYL_1 | 0;
    }
    out[at] = a;
    out[at + 1] = b;
    out[at + 2] = c;
    out[at + 3] = d;
  }
}
