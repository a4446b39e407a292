import type { ErrorsPerStep } from "./task_batch.ts";

/** Mean over tasks and its standard error, at one step. */
export interface StepSummary {
  /** 0 is before any observation. */
  readonly step: number;
  /** Mean over tasks, in the errors' own unit. */
  readonly mean: number;
  /** Sample standard deviation over tasks, divided by √tasks; NaN for a single task. */
  readonly standardError: number;
}

/**
 * Mean and standard error over tasks, for every step.
 *
 * @example Two tasks, before and after one step
 * ```ts
 * import { summarise } from "@amortize/core/evaluation";
 * import { assertEquals } from "@std/assert";
 *
 * const errors = Float64Array.of(4, 1, 2, 3); // [tasks, steps + 1]
 * assertEquals(summarise({ tasks: 2, steps: 1, errors }), [
 *   { step: 0, mean: 3, standardError: 1 },
 *   { step: 1, mean: 2, standardError: 1 },
 * ]);
 * ```
 */
export function summarise({ tasks, steps, errors }: ErrorsPerStep): StepSummary[] {
  return Array.from({ length: steps + 1 }, (_, step) => {
    let mean = 0;
    for (let task = 0; task < tasks; task++) mean += errors[task * (steps + 1) + step]! / tasks;
    let squares = 0;
    for (let task = 0; task < tasks; task++) squares += (errors[task * (steps + 1) + step]! - mean) ** 2;
    return { step, mean, standardError: Math.sqrt(squares / (tasks - 1) / tasks) };
  });
}

/** The mean at the last step. */
export function lastMean(errors: ErrorsPerStep): number {
  return summarise(errors).at(-1)!.mean;
}
