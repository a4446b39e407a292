import { TableNotUsable } from "../lib/errors/table_not_usable.ts";
import type { TableMap } from "./table_rows.ts";

/** Mean sizes of numbers that differ by more than this factor are in other units: 0 … 1 instead of 0 … 255. */
const otherUnit = 30;

/**
 * Refuses rows in another unit than the rows that a map was fitted to, such as pixels from 0 to 1 after ones from 0 to 255.
 * For columns that share one unit and one scale: where each has its own, such rows are odd values, not a mistake. Throws
 * {@linkcode TableNotUsable}.
 */
export function checkUnit({ columns: { centre } }: TableMap, rows: readonly Float64Array[], path: string): void {
  const usual = meanSize([centre]), found = meanSize(rows);
  if (usual === 0 || found === 0 || Math.max(usual / found, found / usual) <= otherUnit) return;
  throw new TableNotUsable({
    what: `the numbers of ${path}`,
    expected: `about ${usual.toPrecision(2)} on average, as in the first rows of the context`,
    found: `about ${found.toPrecision(2)}`,
    remedy: "write all files in one unit, such as pixels from 0 to 255",
  });
}

function meanSize(rows: readonly Float64Array[]): number {
  let sum = 0, count = 0;
  for (const row of rows) {
    for (const value of row) sum += Math.abs(value);
    count += row.length;
  }
  return count === 0 ? 0 : sum / count;
}
