import { ridge, type StepSizes } from "./ridge.ts";
import type { ErrorsPerStep, TaskBatch } from "./task_batch.ts";

/**
 * The limit: the posterior mean of w given all observations so far, for w ~ N(0, I) and noise of standard deviation σ.
 * It is ridge regression with penalty σ². Step 0 is the prior mean. Source: METHOD.md §7.
 */
export function exactPosterior(batch: TaskBatch, c: StepSizes & { readonly noise: number }): ErrorsPerStep {
  return ridge(batch, { ...c, penalty: Math.max(c.noise ** 2, 1e-12), errorOf: "squared-error" });
}
