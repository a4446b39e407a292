import { ridge, type StepSizes } from "./ridge.ts";
import type { ErrorsPerStep, TaskBatch } from "./task_batch.ts";

/**
 * The limit: the posterior mean of w given all observations so far, for w ~ N(0, I) and noise of standard deviation σ.
 * It is ridge regression with penalty σ². Step 0 is the prior mean. Source: METHOD.md §7.
 *
 * @example One observation as noisy as the prior is wide
 * ```ts
 * import { exactPosterior } from "@amortize/core/evaluation";
 * import { assertEquals } from "@std/assert";
 *
 * const sizes = { tasks: 1, observations: 1, queries: 1, features: 1, outputs: 1 };
 * const context = { contextX: Float32Array.of(1), contextY: Float32Array.of(2) };
 * const batch = { ...sizes, ...context, queryX: Float32Array.of(1), queryY: Float32Array.of(2) };
 * // w moves half the way from 0 to 2.
 * assertEquals(exactPosterior(batch, { perStep: 1, steps: 1, noise: 1 }).errors, Float64Array.of(4, 1));
 * ```
 */
export function exactPosterior(batch: TaskBatch, c: StepSizes & { readonly noise: number }): ErrorsPerStep {
  return ridge(batch, { ...c, penalty: Math.max(c.noise ** 2, 1e-12), errorOf: "squared-error" });
}
