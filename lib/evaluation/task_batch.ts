/** Tasks as plain numbers, for methods that run on the host. Arrays are row-major. */
export interface TaskBatch {
  /** Tasks in the batch. */
  readonly tasks: number;
  /** Context observations of each task, all mini-batches in order. */
  readonly observations: number;
  /** Held-out queries of each task. */
  readonly queries: number;
  /** Numbers per input. */
  readonly features: number;
  /** Numbers per target: real outputs, or one-hot classes. */
  readonly outputs: number;
  /** `[tasks, observations, features]`. */
  readonly contextX: Float32Array;
  /** `[tasks, observations, outputs]`. */
  readonly contextY: Float32Array;
  /** `[tasks, queries, features]`. */
  readonly queryX: Float32Array;
  /** `[tasks, queries, outputs]`. */
  readonly queryY: Float32Array;
}

/** Errors after steps 0, 1, …: `[tasks, steps + 1]`, row-major. */
export interface ErrorsPerStep {
  /** Tasks in the batch. */
  readonly tasks: number;
  /** The last step; step 0 is before any observation. */
  readonly steps: number;
  /** `[tasks, steps + 1]`, row-major. */
  readonly errors: Float64Array;
}

/** Errors of some tasks after others', as one. */
export function joinErrors(parts: readonly ErrorsPerStep[]): ErrorsPerStep {
  const errors = new Float64Array(parts.reduce((total, part) => total + part.errors.length, 0));
  let at = 0;
  for (const part of parts) {
    errors.set(part.errors, at);
    at += part.errors.length;
  }
  return { tasks: parts.reduce((total, { tasks }) => total + tasks, 0), steps: parts[0]!.steps, errors };
}

/** One task's rows, as views. */
export interface HostTask {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly queryX: Float32Array;
  readonly queryY: Float32Array;
}

/** One task of a batch. */
export function taskAt(batch: TaskBatch, task: number): HostTask {
  const { observations, queries, features, outputs } = batch;
  const row = (of: Float32Array, size: number): Float32Array => of.subarray(task * size, (task + 1) * size);
  return {
    x: row(batch.contextX, observations * features),
    y: row(batch.contextY, observations * outputs),
    queryX: row(batch.queryX, queries * features),
    queryY: row(batch.queryY, queries * outputs),
  };
}

/** Tasks `first` … `first + count` − 1 of a batch, or as many as there are; the arrays are views. */
export function sliceTasks(batch: TaskBatch, first: number, count: number): TaskBatch {
  const { observations, queries, features, outputs } = batch;
  const tasks = Math.max(0, Math.min(count, batch.tasks - first));
  const rows = (of: Float32Array, size: number): Float32Array => of.subarray(first * size, (first + tasks) * size);
  return {
    ...batch,
    tasks,
    contextX: rows(batch.contextX, observations * features),
    contextY: rows(batch.contextY, observations * outputs),
    queryX: rows(batch.queryX, queries * features),
    queryY: rows(batch.queryY, queries * outputs),
  };
}

/** How an error is counted: squared error summed over outputs, or percent of queries given another class. */
export type ErrorKind = "squared-error" | "misclassified";

/** The mean error over a task's queries of a linear predictor θ `[features, outputs]`. */
export function linearError(batch: TaskBatch, task: HostTask, theta: Float64Array, kind: ErrorKind): number {
  const { queries, features, outputs } = batch;
  const predicted = new Float64Array(outputs);
  let total = 0;
  for (let q = 0; q < queries; q++) {
    predictLinear(task.queryX, q, theta, features, outputs, predicted);
    const target = task.queryY.subarray(q * outputs, (q + 1) * outputs);
    if (kind === "misclassified") total += 100 * Number(largest(predicted) !== largest(target));
    else for (let c = 0; c < outputs; c++) total += (predicted[c]! - target[c]!) ** 2;
  }
  return total / queries;
}

/** x_row θ into `into`. */
export function predictLinear(
  x: Float32Array,
  row: number,
  theta: Float64Array,
  features: number,
  outputs: number,
  into: Float64Array,
): void {
  into.fill(0);
  for (let i = 0; i < features; i++) {
    const value = x[row * features + i]!;
    for (let c = 0; c < outputs; c++) into[c]! += value * theta[i * outputs + c]!;
  }
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Runs a method on each task: it answers θ after steps 0 … steps, and the errors are counted here. */
export function measureLinear(
  batch: TaskBatch,
  steps: number,
  kind: ErrorKind,
  thetas: (task: HostTask, index: number) => Iterable<Float64Array>,
): ErrorsPerStep {
  const errors = new Float64Array(batch.tasks * (steps + 1));
  for (let index = 0; index < batch.tasks; index++) {
    const task = taskAt(batch, index);
    let step = 0;
    for (const theta of thetas(task, index)) {
      errors[index * (steps + 1) + step++] = linearError(batch, task, theta, kind);
    }
  }
  return { tasks: batch.tasks, steps, errors };
}
