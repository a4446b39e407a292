import type { Key } from "./key.ts";

/** Where a draw begins: a stream, and the number of its first element there. */
export interface DrawStart {
  /** The stream. */
  readonly key: Key;
  /** From 0 up to 2^34. */
  readonly first: number;
}

/**
 * A key and the first element of a draw as seven whole numbers of 32 bits, for an int32 tensor `[7]`: seed (low, high
 * word), iteration, purpose, split, first block, words skipped in it. Kernels draw from it, so that a recorded draw whose
 * iteration is written anew draws anew.
 *
 * @example The iteration is the third number
 * ```ts
 * import { drawPlace, drawStart, keyFor } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 *
 * const place = drawPlace(keyFor(7, "training", 41), 6);
 * assertEquals([place[0], place[2], place[5], place[6]], [7, 41, 1, 2]);
 * assertEquals(drawStart(place), { key: keyFor(7, "training", 41), first: 6 });
 * ```
 */
export function drawPlace({ seed, iteration, purpose, split }: Key, first = 0): Int32Array<ArrayBuffer> {
  return Int32Array.of(seed % 2 ** 32 | 0, seed / 2 ** 32, iteration, purpose, split, first / 4, first % 4);
}

/** What {@linkcode drawPlace} was made of. */
export function drawStart(place: Int32Array): DrawStart {
  const [low = 0, high = 0, iteration = 0, purpose = 0, split = 0, block = 0, skipped = 0] = new Uint32Array(place);
  return { key: { seed: high * 2 ** 32 + low, iteration, purpose, split }, first: 4 * block + skipped };
}
