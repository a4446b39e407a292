import { Effect } from "effect";

/** What choosing found. */
export interface Choice {
  /** The value with the smallest error, the middle one of several. */
  readonly chosen: number;
  /** Every value tried, ascending, with its error; ∞ where the method diverged. */
  readonly tried: readonly { readonly value: number; readonly error: number }[];
  /** Whether the optimum lies inside the grid. */
  readonly inside: boolean;
}

/**
 * Measures a geometric grid on validation tasks and takes the best value. While the best lies at an edge, the grid goes
 * on there by its own ratio, up to `extensions` times, so that a baseline is not held back by its grid. Others get a
 * turn before each value.
 *
 * @example The best value lies beyond the grid
 * ```ts
 * import { chooseOnGrid } from "@amortize/core/evaluation";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const measure = (rate: number) => Math.abs(Math.log10(rate) - 2);
 * const choice = await Effect.runPromise(chooseOnGrid({ grid: [0.1, 1], measure }));
 * assertEquals(choice.chosen, 100);
 * assertEquals(choice.tried.map(({ value }) => value), [0.1, 1, 10, 100, 1000]);
 * ```
 */
export function chooseOnGrid(
  { grid, measure, extensions = 12 }: {
    readonly grid: readonly number[];
    readonly measure: (value: number) => number;
    readonly extensions?: number;
  },
): Effect.Effect<Choice> {
  const attempt = (value: number) => Effect.map(Effect.yieldNow, () => ({ value, error: measured(measure(value)) }));
  return Effect.gen(function* () {
    const tried: { readonly value: number; readonly error: number }[] = [];
    for (const value of [...grid].sort((a, b) => a - b)) tried.push(yield* attempt(value));
    for (let i = 0;; i++) {
      const least = Math.min(...tried.map(({ error }) => error));
      const equal = tried.filter(({ error }) => error === least);
      const best = equal[Math.floor((equal.length - 1) / 2)]!, at = tried.indexOf(best);
      const inside = at > 0 && at < tried.length - 1;
      if (inside || i === extensions) return { chosen: best.value, tried, inside };
      const value = at === 0 ? tried[0]!.value ** 2 / tried[1]!.value : tried.at(-1)!.value ** 2 / tried.at(-2)!.value;
      const next = yield* attempt(value);
      if (at === 0) tried.unshift(next);
      else tried.push(next);
    }
  });
}

/** A method that diverged is as bad as can be. */
function measured(error: number): number {
  return Number.isFinite(error) ? error : Infinity;
}
