import { addOuterProducts, linearProducts } from "./_linear_products.ts";
import { softmaxRows } from "./gradient_descent.ts";
import { minimise, type Objective } from "./minimise.ts";
import type { StepSizes } from "./ridge.ts";
import {
  addObservations,
  emptyEquations,
  factorised,
  type NormalEquations,
  solveFactored,
} from "./solve_normal_equations.ts";
import { type ErrorsPerStep, type HostTask, measureLinear, type TaskBatch } from "./task_batch.ts";

/** How logistic regression is fitted. */
export interface LogisticFit extends StepSizes {
  /** Weight of ‖θ‖² / 2 beside the summed loss: the precision of a normal prior on θ. */
  readonly penalty: number;
  /** Gradients at most for each fit, each a pass over its observations; a fit starts from the one before. */
  readonly iterations?: number;
  /** A fit ends when its gradient is this share of the one at θ = 0. */
  readonly tolerance?: number;
}

/** Errors after each step, and the passes over its observations that a fit took, on average. */
export type LogisticErrors = ErrorsPerStep & { readonly passes: number };

/**
 * Multinomial logistic regression on all observations so far: the θ that minimises Σ −log softmax(xᵀθ)_y +
 * penalty ‖θ‖² / 2, on one-hot labels; errors in percent. Step 0 is θ = 0. By L-BFGS, whose first guess of the
 * curvature is the bound ½ Σ x xᵀ + penalty I (Böhning 1992): some ten gradients a fit.
 */
export function logisticRegression(batch: TaskBatch, c: LogisticFit): LogisticErrors {
  let gradients = 0;
  const errors = measureLinear(batch, c.steps, "misclassified", function* (task) {
    const sums = emptyEquations(batch.features, batch.outputs);
    let theta = new Float64Array(batch.features * batch.outputs);
    yield theta;
    for (let k = 1; k <= c.steps; k++) {
      addObservations(sums, task.x, task.y, (k - 1) * c.perStep, k * c.perStep);
      const fit = fitLogistic(batch, task, k * c.perStep, sums, theta, c);
      gradients += fit.gradients;
      yield theta = fit.at;
    }
  });
  return { ...errors, passes: Math.round(gradients / (batch.tasks * c.steps)) };
}

function fitLogistic(
  batch: TaskBatch,
  task: HostTask,
  count: number,
  sums: NormalEquations,
  start: Float64Array,
  { penalty, iterations = 100, tolerance = 1e-3 }: LogisticFit,
): ReturnType<typeof minimise> {
  const lower = factorised(sums, penalty, 0.5);
  return minimise(penalisedLoss(batch, task, count, penalty), start, {
    precondition: (direction) => solveFactored(lower, batch, direction),
    iterations,
    tolerance: tolerance * gradientAtZero(sums),
  });
}

/** Length of the gradient at θ = 0, where all classes are equally likely: Σ x (1 / C − y). */
function gradientAtZero({ xy, outputs }: NormalEquations): number {
  let squares = 0;
  for (let row = 0; row < xy.length; row += outputs) {
    const mean = xy.subarray(row, row + outputs).reduce((sum, value) => sum + value, 0) / outputs;
    for (let c = 0; c < outputs; c++) squares += (mean - xy[row + c]!) ** 2;
  }
  return Math.sqrt(squares);
}

/** Σ −log softmax(xᵀθ)_y + penalty ‖θ‖² / 2 over a task's first observations, and its gradient. */
function penalisedLoss(batch: TaskBatch, { x, y }: HostTask, count: number, penalty: number): Objective {
  const slopes = new Float64Array(count * batch.outputs);
  return (theta, gradient) => {
    linearProducts(x, 0, count, theta, batch, slopes);
    let loss = 0;
    for (let i = 0; i < slopes.length; i++) loss -= y[i]! * slopes[i]!;
    loss += softmaxRows(slopes, batch.outputs);
    for (let i = 0; i < slopes.length; i++) slopes[i]! -= y[i]!;
    for (let i = 0; i < theta.length; i++) {
      loss += 0.5 * penalty * theta[i]! ** 2;
      gradient[i] = penalty * theta[i]!;
    }
    addOuterProducts(x, 0, count, slopes, batch, gradient);
    return loss;
  };
}
