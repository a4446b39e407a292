/** A mean over tasks, and its standard error. */
export interface MeanError {
  /** In the metric's unit. */
  readonly mean: number;
  /** Sample standard deviation over tasks, divided by √tasks. */
  readonly standardError: number;
}

/** Errors after so many mini-batches. */
export interface ContextLengthPoint {
  /** Mini-batches gone through. */
  readonly miniBatches: number;
  /** Observations in them. */
  readonly observations: number;
  /** The last state. */
  readonly last: MeanError;
  /** The running average of late states, which `predict` takes. */
  readonly averaged: MeanError;
  /** Ridge regression on all observations so far, at the penalty that is best for these tasks at this length. */
  readonly ridge: MeanError;
}

/** The mean over tasks of their errors. */
export function meanOf(errors: ArrayLike<number>): MeanError {
  const values = Array.from(errors);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length) };
}

/** 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, …, and the last. */
export function lengthsTo(last: number): ReadonlySet<number> {
  const lengths = [last];
  for (let ten = 1; ten <= last; ten *= 10) {
    for (const factor of [1, 1.5, 2, 3, 5, 7]) if (Number.isInteger(factor * ten)) lengths.push(factor * ten);
  }
  return new Set(lengths.filter((length) => length <= last));
}
