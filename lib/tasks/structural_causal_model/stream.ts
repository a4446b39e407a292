import { type Key, randomBits } from "../../random/mod.ts";

/** Random numbers of one key, one after another; the same key gives the same numbers in the same order. */
export interface Stream {
  /** Strictly between 0 and 1. */
  readonly uniform: () => number;
  /** A whole number from 0 to `bound − 1`, `bound` below 2^21. */
  readonly integer: (bound: number) => number;
  /** A random order of 0 … `count − 1`. */
  readonly order: (count: number) => Int32Array;
}

const wordsAhead = 64;

/** Opens a stream at its beginning. For draws whose number depends on what was drawn; others slice `uniforms`. */
export function streamOf(key: Key): Stream {
  let words = randomBits(key, wordsAhead), at = 0, first = 0;
  const word = (): number => {
    if (at === wordsAhead) {
      first += wordsAhead;
      words = randomBits(key, wordsAhead, first);
      at = 0;
    }
    return words[at++]!;
  };
  const integer = (bound: number): number => Math.floor(word() * bound * 2 ** -32); // exact: below 2^53
  return {
    uniform: () => ((word() >>> 9) + 0.5) * 2 ** -23,
    integer,
    order: (count) => {
      const order = Int32Array.from({ length: count }, (_, i) => i);
      for (let last = count - 1; last > 0; last--) {
        const chosen = integer(last + 1), held = order[last]!;
        order[last] = order[chosen]!;
        order[chosen] = held;
      }
      return order;
    },
  };
}
