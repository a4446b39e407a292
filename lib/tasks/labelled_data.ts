/** Labelled rows: an image or an embedding each. */
export interface LabelledRows {
  /** Number of rows. */
  readonly count: number;
  /** Numbers per row. */
  readonly size: number;
  /** `[count, size]`, last axis fastest; bytes of images stand for 0 … 1. */
  readonly values: Uint8Array | Float32Array;
  /** The class of each row, `[count]`, from 0. */
  readonly labels: Uint8Array | Int32Array;
}

/** A data set: rows that contexts (and training queries) are drawn from, and rows that evaluation's queries are. */
export interface LabelledData {
  /** Rows to train on and to take contexts from. */
  readonly train: LabelledRows;
  /** Rows never trained on: the queries of evaluation. */
  readonly test: LabelledRows;
}

/** The data sets that a pipeline's tasks are drawn from, by name. */
export type TaskData = Readonly<Record<string, LabelledData>>;

/** What rows are centred by and scaled with, so that a random projection of them has unit variance. */
export interface RowStatistics {
  /** Mean of each number over the training rows, `[size]`. */
  readonly mean: Float32Array;
  /** 1 / √(mean squared length of a centred row). */
  readonly scale: number;
}

/** Statistics of the training rows. */
export function rowStatistics({ train }: LabelledData): RowStatistics {
  const { count, size, values } = train;
  const unit = unitOf(train);
  const sums = new Float64Array(size);
  let squares = 0;
  for (let row = 0, at = 0; row < count; row++) {
    for (let i = 0; i < size; i++, at++) {
      const value = values[at]! * unit;
      sums[i]! += value;
      squares += value * value;
    }
  }
  const mean = Float32Array.from(sums, (sum) => sum / count);
  const ofMean = mean.reduce((total, m) => total + m * m, 0);
  return { mean, scale: 1 / Math.sqrt(Math.max(squares / count - ofMean, 1e-12)) };
}

/** What a stored number is multiplied with: bytes are 255ths. */
export function unitOf({ values }: LabelledRows): number {
  return values instanceof Uint8Array ? 1 / 255 : 1;
}
