import { Effect } from "effect";

/** Numbers of passes that are tried. */
export const passesTried: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200];

/** What counting passes found. */
export interface PassesToMatch {
  /** The fewest passes that got there; absent if none tried did. */
  readonly matched?: number;
  /** The most passes that were allowed. */
  readonly tried: number;
}

/**
 * The fewest passes over the same observations with which a method gets to an error. `errorAfter` chooses the method's
 * rate for each number of passes; `most` is the largest number that may be tried.
 */
export function passesToMatch(
  target: number,
  most: number,
  errorAfter: (passes: number) => Effect.Effect<number>,
): Effect.Effect<PassesToMatch> {
  return Effect.gen(function* () {
    const allowed = passesTried.filter((passes) => passes === 1 || passes <= most);
    const tried = allowed.at(-1)!;
    for (const passes of allowed) {
      if ((yield* errorAfter(passes)) <= target) return { matched: passes, tried };
    }
    return { tried };
  });
}
