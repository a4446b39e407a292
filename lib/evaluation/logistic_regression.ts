import { meanGradient } from "./gradient_descent.ts";
import type { StepSizes } from "./ridge.ts";
import { type ErrorsPerStep, type HostTask, measureLinear, type TaskBatch } from "./task_batch.ts";

/** How logistic regression is fitted. */
export interface LogisticFit extends StepSizes {
  /** Weight of ‖θ‖² / 2 beside the summed loss: the precision of a normal prior on θ. */
  readonly penalty: number;
  /** Gradient steps at most for each fit; each starts from the one before. */
  readonly iterations?: number;
}

/**
 * Multinomial logistic regression on all observations so far: the θ that minimises Σ −log softmax(xᵀθ)_y +
 * penalty ‖θ‖² / 2, on one-hot labels, by Nesterov's accelerated gradient with restarts (O'Donoghue and Candès 2015);
 * errors in percent. Step 0 is θ = 0.
 */
export function logisticRegression(batch: TaskBatch, c: LogisticFit): ErrorsPerStep {
  return measureLinear(batch, c.steps, "misclassified", function* (task) {
    let theta = new Float64Array(batch.features * batch.outputs);
    yield theta;
    for (let k = 1; k <= c.steps; k++) {
      theta = fitLogistic(batch, task, k * c.perStep, theta, c);
      yield theta;
    }
  });
}

/** The fit on a task's first `count` observations, from `start`; stops when the gradient is 1e-6 of its first size. */
function fitLogistic(
  batch: TaskBatch,
  task: HostTask,
  count: number,
  start: Float64Array,
  { penalty, iterations = 100 }: LogisticFit,
): Float64Array<ArrayBuffer> {
  let theta = Float64Array.from(start), ahead = theta, momentum = 1, first: number | undefined;
  const gradient = new Float64Array(start.length);
  // The softmax's curvature is at most 1/2 in any direction.
  const rate = 1 / (largestEigenvalue(batch, task, count) / 2 + penalty);
  for (let i = 0; i < iterations; i++) {
    meanGradient(batch, task, ahead, 0, count, "misclassified", gradient);
    for (let j = 0; j < gradient.length; j++) gradient[j] = count * gradient[j]! + penalty * ahead[j]!;
    const size = norm(gradient);
    first ??= size;
    if (size <= 1e-6 * first) break;
    const at = ahead, before = theta;
    theta = Float64Array.from(at, (value, j) => value - rate * gradient[j]!);
    const uphill = gradient.reduce((sum, g, j) => sum + g * (theta[j]! - before[j]!), 0) > 0;
    const next = uphill ? 1 : (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const carry = uphill ? 0 : (momentum - 1) / next;
    ahead = theta.map((value, j) => value + carry * (value - before[j]!));
    momentum = next;
  }
  return theta;
}

/** A bound on the largest eigenvalue of Σ x xᵀ: 20 rounds of the power method, and a tenth more. */
function largestEigenvalue({ features }: TaskBatch, { x }: HostTask, count: number): number {
  let vector = Float64Array.from({ length: features }, () => 1), value = 0;
  for (let round = 0; round < 20; round++) {
    const next = new Float64Array(features);
    for (let n = 0; n < count; n++) {
      let product = 0;
      for (let i = 0; i < features; i++) product += x[n * features + i]! * vector[i]!;
      for (let i = 0; i < features; i++) next[i]! += product * x[n * features + i]!;
    }
    value = norm(next);
    vector = next.map((v) => v / Math.max(value, 1e-300));
  }
  return 1.1 * value;
}

function norm(of: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < of.length; i++) squares += of[i]! * of[i]!;
  return Math.sqrt(squares);
}
