import * as tf from "@tensorflow/tfjs";
import { TableNotUsable } from "../lib/errors/table_not_usable.ts";
import { keyFor } from "../lib/random/mod.ts";
import type { FromTable, TaskFamily } from "../lib/stages/mod.ts";
import { fitTableScaler, type TableScaler } from "../lib/tasks/mod.ts";

/** A row of a context: numbers of the feature columns, and the target: a number, or a class's number. */
export interface TableRow {
  /** `[columns]`. */
  readonly columns: Float64Array;
  /** In the table's own units; or a class, numbered from 0. */
  readonly target: number;
}

/** What makes x and y of rows, fitted to the first of them and kept from then on. */
export interface TableMap {
  /** Of the feature columns. */
  readonly columns: TableScaler;
  /** Of the target: y = (target − centre) · scale; 0 and 1 for classes. */
  readonly target: { readonly centre: number; readonly scale: number };
  /** Scaled columns to features: `[columns, features]`. */
  readonly matrix: Float32Array<ArrayBuffer>;
  /** `[features]`. */
  readonly offset: Float32Array<ArrayBuffer>;
  /** Rows that it was fitted to. */
  readonly rows: number;
}

/** Scaled values beyond this are mistakes, or need another scale; squares of them still are float32s. */
const largestScaled = 1e6;

/** Fits a map to rows, at least one. */
export function fitTableMap(fromTable: FromTable, seed: number, rows: readonly TableRow[]): TableMap {
  const columns = fitTableScaler(rows.map((row) => row.columns), fromTable.scaling);
  const width = columns.centre.length;
  const { target } = fromTable;
  const features = fromTable.features(keyFor(seed, "table", 0), width);
  if (target.kind === "class") return { columns, target: { centre: 0, scale: 1 }, ...features, rows: rows.length };
  const fitted = fitTableScaler(rows.map((row) => Float64Array.of(row.target)), "each");
  // A target that does not vary yet is only centred.
  const scale = (fitted.scale[0]! || 1) * target.deviation(width);
  return { columns, target: { centre: fitted.centre[0]!, scale }, ...features, rows: rows.length };
}

/** Rows of numbers as x `[1, rows, features]`, owned by the caller; throws {@linkcode TableNotUsable} far from the scale. */
export function rowsToX(map: TableMap, rows: readonly Float64Array[], what: string): tf.Tensor3D {
  const { centre, scale } = map.columns;
  const width = centre.length;
  const scaled = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    for (let i = 0; i < width; i++) scaled[at * width + i] = within((row[i]! - centre[i]!) * scale[i]!, row[i]!, what);
  });
  const features = map.offset.length;
  return tf.tidy(() =>
    tf.tensor2d(scaled, [rows.length, width]).matMul(tf.tensor2d(map.matrix, [width, features])).add(map.offset)
      .reshape<tf.Tensor3D>([1, rows.length, features])
  );
}

/** Targets of rows as y `[1, rows, outputs]`, owned by the caller: scaled numbers, or one-hot classes. */
export function rowsToY(
  map: TableMap,
  family: Pick<TaskFamily, "fromTable" | "outputs">,
  rows: readonly TableRow[],
): tf.Tensor3D {
  const { outputs } = family;
  const y = new Float32Array(rows.length * outputs);
  const { centre, scale } = map.target;
  rows.forEach(({ target }, at) => {
    if (family.fromTable?.target.kind === "class") y[at * outputs + target] = 1;
    else y[at * outputs] = within((target - centre) * scale, target, "the target");
  });
  return tf.tensor3d(y, [1, rows.length, outputs]);
}

function within(scaled: number, value: number, what: string): number {
  if (Math.abs(scaled) <= largestScaled) return scaled;
  throw new TableNotUsable({
    what,
    expected: `values within ${largestScaled} deviations of the first rows, which columns are scaled by`,
    found: `${value}`,
    remedy: "mend the value or leave its row out; or shuffle the rows, if the first are unlike the others",
  });
}
