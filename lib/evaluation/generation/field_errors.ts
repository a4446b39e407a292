import { Effect } from "effect";
import { type Choice, chooseOnGrid } from "../choose_on_grid.ts";
import type { StepSizes } from "../ridge.ts";
import { type ErrorsPerStep, taskAt, type TaskBatch } from "../task_batch.ts";
import { kernelDensity, type PointDensity } from "./point_density.ts";

/**
 * How far the field of a density made of all points so far is from the target at the queries, squared, summed over
 * dimensions: after steps 0 … steps, per task. NaN at step 0, where nothing was seen. Points are the y of the context.
 */
export function fieldErrors(
  batch: TaskBatch,
  { perStep, steps }: StepSizes,
  densityAt: (step: number) => PointDensity,
): ErrorsPerStep {
  const errors = new Float64Array(batch.tasks * (steps + 1)).fill(NaN);
  for (let task = 0; task < batch.tasks; task++) {
    for (let step = 1; step <= steps; step++) {
      errors[task * (steps + 1) + step] = errorAt(batch, task, step * perStep, densityAt(step));
    }
  }
  return { tasks: batch.tasks, steps, errors };
}

function errorAt(batch: TaskBatch, index: number, observations: number, density: PointDensity): number {
  const task = taskAt(batch, index), { outputs, queries } = batch;
  const field = density.field!(task.y.subarray(0, observations * outputs), task.queryX, outputs);
  return field.reduce((sum, v, i) => sum + (v - task.queryY[i]!) ** 2, 0) / queries;
}

/** Widths tried first; the grid goes on by itself where the best is at an edge. */
const widths = [0.04, 0.0566, 0.08, 0.113, 0.16, 0.226];

/** The kernel's width with the smallest excess error on validation tasks after each step, steps 1 … steps. */
export function chooseBandwidths(
  validation: TaskBatch,
  { perStep, steps }: StepSizes,
): Effect.Effect<readonly Choice[]> {
  const errorOf = (width: number, step: number): number => {
    let total = 0;
    for (let task = 0; task < validation.tasks; task++) {
      total += errorAt(validation, task, step * perStep, kernelDensity(width));
    }
    return total / validation.tasks;
  };
  const all = Array.from({ length: steps }, (_, k) => k + 1);
  return Effect.forEach(all, (step) => chooseOnGrid({ grid: widths, measure: (width) => errorOf(width, step) }));
}
