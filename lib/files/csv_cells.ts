import { CsvInvalid } from "../errors/csv_invalid.ts";
import type { CsvReader, CsvRow } from "./csv.ts";

/** What tables write where there is no value, in small letters. */
const missing: ReadonlySet<string> = new Set(["", "na", "n/a", "nan", "null", "none", "?", "-", "nil", "missing"]);

/** The largest number that is taken: squares of it stay finite. */
const largest = 1e100;

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Whether a cell stands for no value. */
export function isMissing(cell: string): boolean {
  return missing.has(cell.trim().toLowerCase());
}

/** Where columns of these names are; a {@linkcode CsvInvalid} about the first that is not there. */
export function columnsAt({ path, columns }: CsvReader, names: readonly string[]): readonly number[] | CsvInvalid {
  const at = names.map((name) => columns.indexOf(name));
  const none = at.indexOf(-1);
  if (none < 0) return at;
  const [only] = columns;
  const separated = columns.length === 1 && /[;\t|]/.test(only!);
  return new CsvInvalid({
    path,
    column: names[none]!,
    expected: "a column of this name",
    found: `${columns.slice(0, 20).map((name) => `"${name}"`).join(", ")}${columns.length > 20 ? ", …" : ""}`,
    remedy: separated ? "separate the cells by commas" : "name the column as the file does, or add it",
  });
}

/** The number in a cell, or a {@linkcode CsvInvalid} that says where none is. */
export function numberAt({ path, columns }: CsvReader, { line, cells }: CsvRow, at: number): number | CsvInvalid {
  const cell = cells[at]!.trim();
  const value = decimal.test(cell) ? Number(cell) : NaN;
  if (Math.abs(value) <= largest) return value;
  const absent = isMissing(cell);
  return new CsvInvalid({
    path,
    line,
    column: columns[at]!,
    expected: decimal.test(cell) ? `a number between −${largest} and ${largest}` : "a number",
    found: absent ? "a missing value" : JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell),
    remedy: absent ? "fill it in, or leave the row out" : "write a number such as -1.5 or 2e3, or leave the row out",
  });
}

/** The text in a cell, or a {@linkcode CsvInvalid} where the value is missing. */
export function textAt({ path, columns }: CsvReader, { line, cells }: CsvRow, at: number): string | CsvInvalid {
  const cell = cells[at]!.trim();
  if (!isMissing(cell)) return cell;
  const [expected, found] = ["the name of a class", "a missing value"];
  return new CsvInvalid({
    path,
    line,
    column: columns[at]!,
    expected,
    found,
    remedy: "fill it in, or leave the row out",
  });
}
