import { addObservations, emptyEquations, solveRidge } from "./solve_normal_equations.ts";
import {
  type ErrorKind,
  type ErrorsPerStep,
  linearError,
  measureLinear,
  taskAt,
  type TaskBatch,
} from "./task_batch.ts";

/** How a method goes through the observations. */
export interface StepSizes {
  /** Observations in a step's mini-batch. */
  readonly perStep: number;
  /** Mini-batches gone through. */
  readonly steps: number;
}

/**
 * Ridge regression on all observations so far: θ = (XᵀX + penalty I)⁻¹ XᵀY, on one-hot labels for classes. Step 0 is
 * θ = 0.
 *
 * @example Two equal observations shrink towards zero
 * ```ts
 * import { ridge } from "@amortize/core/evaluation";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const sizes = { tasks: 1, observations: 2, queries: 1, features: 1, outputs: 1 };
 * const context = { contextX: Float32Array.of(1, 1), contextY: Float32Array.of(3, 3) };
 * const batch = { ...sizes, ...context, queryX: Float32Array.of(1), queryY: Float32Array.of(3) };
 * const { errors } = ridge(batch, { perStep: 1, steps: 2, penalty: 1, errorOf: "squared-error" });
 * assertAlmostEquals(errors[2]!, (3 - 6 / (2 + 1)) ** 2); // θ = Σ x y / (Σ x² + penalty)
 * ```
 */
export function ridge(
  batch: TaskBatch,
  c: StepSizes & { readonly penalty: number; readonly errorOf: ErrorKind },
): ErrorsPerStep {
  return measureLinear(batch, c.steps, c.errorOf, function* (task) {
    const sums = emptyEquations(batch.features, batch.outputs);
    yield new Float64Array(batch.features * batch.outputs);
    for (let k = 0; k < c.steps; k++) {
      addObservations(sums, task.x, task.y, k * c.perStep, (k + 1) * c.perStep);
      yield solveRidge(sums, c.penalty);
    }
  });
}

/** Ridge regression on so many observations, by penalty: what choosing one needs. Sums over observations are taken once. */
export function ridgeErrorAt(
  batch: TaskBatch,
  c: { readonly observations: number; readonly errorOf: ErrorKind },
): (penalty: number) => number {
  const sums = Array.from({ length: batch.tasks }, (_, index) => {
    const { x, y } = taskAt(batch, index), of = emptyEquations(batch.features, batch.outputs);
    addObservations(of, x, y, 0, c.observations);
    return of;
  });
  return (penalty) => {
    let total = 0;
    for (const [index, of] of sums.entries()) {
      total += linearError(batch, taskAt(batch, index), solveRidge(of, penalty), c.errorOf);
    }
    return total / batch.tasks;
  };
}
