import { addOuterProducts, linearProducts } from "./_linear_products.ts";
import type { StepSizes } from "./ridge.ts";
import { type ErrorKind, type ErrorsPerStep, type HostTask, measureLinear, type TaskBatch } from "./task_batch.ts";

/** How a linear predictor is trained on a task, from θ = 0 unless said. */
export interface Descent extends StepSizes {
  /** Learning rate. */
  readonly rate: number;
  /** Times that the same observations are gone through; errors are those of the last pass. */
  readonly passes: number;
  /** What errors are counted in; misclassified also trains by softmax cross-entropy. */
  readonly errorOf: ErrorKind;
  /** Where each task starts, `[tasks, features · outputs]`; zeros if left out. */
  readonly start?: Float32Array;
}

/** Plain gradient descent over mini-batches: θ ← θ − rate · mean gradient. Squared error, or softmax for classes. */
export function sgd(batch: TaskBatch, c: Descent): ErrorsPerStep {
  return descend(batch, c, () => (theta, gradient) => {
    for (let i = 0; i < theta.length; i++) theta[i]! -= c.rate * gradient[i]!;
  });
}

/** Adam (β 0.9 and 0.999) over mini-batches. Source: Kingma and Ba 2015. */
export function adam(batch: TaskBatch, c: Descent): ErrorsPerStep {
  return descend(batch, c, (size) => {
    const first = new Float64Array(size), second = new Float64Array(size);
    let t = 0;
    return (theta, gradient) => {
      t++;
      const correct1 = 1 / (1 - 0.9 ** t), correct2 = 1 / (1 - 0.999 ** t);
      for (let i = 0; i < size; i++) {
        const g = gradient[i]!;
        first[i] = 0.9 * first[i]! + 0.1 * g;
        second[i] = 0.999 * second[i]! + 0.001 * g * g;
        theta[i]! -= c.rate * first[i]! * correct1 / (Math.sqrt(second[i]! * correct2) + 1e-8);
      }
    };
  });
}

type Update = (theta: Float64Array, gradient: Float64Array) => void;

function descend(batch: TaskBatch, c: Descent, updater: (size: number) => Update): ErrorsPerStep {
  const size = batch.features * batch.outputs;
  return measureLinear(batch, c.steps, c.errorOf, function* (task, index) {
    const start = c.start?.subarray(index * size, (index + 1) * size);
    const theta = start === undefined ? new Float64Array(size) : Float64Array.from(start);
    const gradient = new Float64Array(size);
    const update = updater(size);
    yield theta;
    for (let pass = 0; pass < c.passes; pass++) {
      for (let k = 0; k < c.steps; k++) {
        meanGradient(batch, task, theta, k * c.perStep, (k + 1) * c.perStep, c.errorOf, gradient);
        update(theta, gradient);
        if (pass === c.passes - 1) yield theta;
      }
    }
  });
}

/** The gradient of the mean loss over observations `from` … `to` − 1 at θ, into `into`. */
export function meanGradient(
  batch: TaskBatch,
  { x, y }: HostTask,
  theta: Float64Array,
  from: number,
  to: number,
  kind: ErrorKind,
  into: Float64Array,
): void {
  const { outputs } = batch, count = to - from;
  const slopes = new Float64Array(count * outputs);
  linearProducts(x, from, to, theta, batch, slopes);
  if (kind === "misclassified") softmaxRows(slopes, outputs);
  const scale = (kind === "misclassified" ? 1 : 2) / count;
  for (let i = 0; i < slopes.length; i++) slopes[i] = scale * (slopes[i]! - y[from * outputs + i]!);
  into.fill(0);
  addOuterProducts(x, from, to, slopes, batch, into);
}

/** Softmax of each row `[rows, outputs]`, in place; answers Σ log Σ exp of the rows. */
export function softmaxRows(values: Float64Array, outputs: number): number {
  let logs = 0;
  for (let row = 0; row < values.length; row += outputs) {
    let top = -Infinity, total = 0;
    for (let i = row; i < row + outputs; i++) top = Math.max(top, values[i]!);
    for (let i = row; i < row + outputs; i++) total += values[i] = Math.exp(values[i]! - top);
    for (let i = row; i < row + outputs; i++) values[i]! /= total;
    logs += top + Math.log(total);
  }
  return logs;
}
