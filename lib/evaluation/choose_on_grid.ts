/** What choosing found. */
export interface Choice {
  /** The value with the smallest error. */
  readonly chosen: number;
  /** Every value tried, ascending, with its error; ∞ where the method diverged. */
  readonly tried: readonly { readonly value: number; readonly error: number }[];
  /** Whether the optimum lies inside the grid. */
  readonly inside: boolean;
}

/**
 * Measures a geometric grid on validation tasks and takes the best value. While the best lies at an edge, the grid goes
 * on there by its own ratio, up to `extensions` times, so that a baseline is not held back by its grid.
 *
 * @example The best value lies beyond the grid
 * ```ts
 * import { chooseOnGrid } from "@amortize/core/evaluation";
 * import { assertEquals } from "@std/assert";
 *
 * const choice = chooseOnGrid({ grid: [0.1, 1], measure: (rate) => Math.abs(Math.log10(rate) - 2) });
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
): Choice {
  const tried = [...grid].sort((a, b) => a - b).map((value) => ({ value, error: measured(measure(value)) }));
  for (let i = 0;; i++) {
    const best = tried.reduce((a, b) => b.error < a.error ? b : a);
    const at = tried.indexOf(best);
    const inside = at > 0 && at < tried.length - 1;
    if (inside || i === extensions) return { chosen: best.value, tried, inside };
    const value = at === 0 ? tried[0]!.value ** 2 / tried[1]!.value : tried.at(-1)!.value ** 2 / tried.at(-2)!.value;
    const next = { value, error: measured(measure(value)) };
    if (at === 0) tried.unshift(next);
    else tried.push(next);
  }
}

/** A method that diverged is as bad as can be. */
function measured(error: number): number {
  return Number.isFinite(error) ? error : Infinity;
}
