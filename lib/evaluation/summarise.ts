import type { ErrorsPerStep } from "./task_batch.ts";

/** Mean over tasks and its standard error, at one step. */
export interface StepSummary {
  readonly step: number;
  readonly mean: number;
  readonly standardError: number;
}

/** Mean and standard error over tasks, for every step. */
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
