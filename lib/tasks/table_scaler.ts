import type { FromTable } from "../stages/from_table.ts";

/** What numbers are centred by and multiplied with. */
export interface TableScaler {
  /** `[columns]`. */
  readonly centre: Float64Array<ArrayBuffer>;
  /** `[columns]`; 0 for a column that does not vary, which is left out by that. */
  readonly scale: Float64Array<ArrayBuffer>;
}

/** Deviations below this share of a column's size are rounding. */
const smallestDeviation = 1e-9;

/**
 * Centre and scale of rows `[rows, columns]`, at least one: each column to unit variance, or all by one scale so that a
 * row has unit length on average.
 *
 * @example Two rows
 * ```ts
 * import { fitTableScaler } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * const { centre, scale } = fitTableScaler([Float64Array.of(1, 5), Float64Array.of(3, 5)], "each");
 * assertEquals([...centre, ...scale], [2, 5, 1, 0]); // the second column does not vary
 * ```
 */
export function fitTableScaler(rows: readonly Float64Array[], scaling: FromTable["scaling"]): TableScaler {
  const columns = rows[0]!.length;
  const mean = (of: (row: Float64Array, column: number) => number): Float64Array<ArrayBuffer> =>
    Float64Array.from({ length: columns }, (_, i) => rows.reduce((sum, row) => sum + of(row, i), 0) / rows.length);
  const centre = mean((row, i) => row[i]!);
  const variance = mean((row, i) => (row[i]! - centre[i]!) ** 2)
    .map((v, i) => Math.sqrt(v) > smallestDeviation * Math.abs(centre[i]!) ? v : 0);
  const length = Math.sqrt(variance.reduce((sum, v) => sum + v, 0));
  const scale = variance.map((v) => v === 0 ? 0 : 1 / (scaling === "together" ? length : Math.sqrt(v)));
  return { centre, scale };
}
