import type { StepSizes } from "./ridge.ts";
import { addObservations, emptyEquations, solveRidge } from "./solve_normal_equations.ts";
import { type ErrorsPerStep, measureLinear, taskAt, type TaskBatch } from "./task_batch.ts";

/**
 * A strong reference for a state that is θ and nothing else: at each step the exact posterior mean of that mini-batch
 * alone, from an isotropic prior around the last θ, whose variance is the measured mean of ‖θ − w‖² / features over the
 * tasks. Not a proven bound; a state with memory can pass it. `truth` is w `[tasks, features]`. Source: METHOD.md §7.
 */
export function pointReference(
  batch: TaskBatch,
  c: StepSizes & { readonly noise: number; readonly truth: Float32Array },
): ErrorsPerStep {
  const { tasks, features, outputs } = batch;
  let current: readonly Float64Array[] = Array.from({ length: tasks }, () => new Float64Array(features * outputs));
  const trail = [current];
  for (let k = 0; k < c.steps; k++) {
    const penalty = c.noise ** 2 / Math.max(width(current, c.truth), 1e-12);
    current = current.map((theta, index) => {
      const { x, y } = taskAt(batch, index);
      const sums = emptyEquations(features, outputs);
      addObservations(sums, x, y, k * c.perStep, (k + 1) * c.perStep);
      return solveRidge(sums, penalty, theta);
    });
    trail.push(current);
  }
  return measureLinear(batch, c.steps, "squared-error", (_task, index) => trail.map((thetas) => thetas[index]!));
}

/** Mean over tasks of ‖θ − w‖² per number. */
function width(thetas: readonly Float64Array[], truth: Float32Array): number {
  let total = 0, at = 0;
  for (const theta of thetas) for (const value of theta) total += (value - truth[at++]!) ** 2;
  return total / at;
}
