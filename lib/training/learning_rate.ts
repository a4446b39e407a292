import type { Training } from "./settings.ts";

/**
 * The rate at an iteration 0 … iterations − 1: a straight rise over the warm-up, then a cosine to zero.
 *
 * @example The rate peaks after the warm-up
 * ```ts
 * import { learningRate } from "@amortize/core/training";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = { iterations: 100, learningRate: 1, warmUp: 0.1 };
 * assertEquals(learningRate(schedule, 9), 1);
 * ```
 */
export function learningRate(c: Pick<Training, "iterations" | "learningRate" | "warmUp">, iteration: number): number {
  const rise = Math.round(c.iterations * c.warmUp);
  if (iteration < rise) return c.learningRate * ((iteration + 1) / rise);
  const progress = (iteration - rise) / Math.max(1, c.iterations - rise);
  return c.learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
}
