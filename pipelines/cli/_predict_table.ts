import { Effect } from "effect";
import { CsvInvalid } from "../../lib/errors/csv_invalid.ts";
import { TableNotUsable } from "../../lib/errors/table_not_usable.ts";
import { columnsAt, type CsvReader, type CsvRow, isMissing, numberAt, textAt } from "../../lib/files/mod.ts";
import type { LoadedRun } from "../loaded_run.ts";
import { attemptTable } from "../table_predictions.ts";
import type { TableMap, TableRow } from "../table_rows.ts";
import type { TableStream } from "../table_stream.ts";
import { checkUnit } from "../table_unit.ts";

/** Rows that are read, or predicted, at once. */
export const rowsAtOnce = 1024;

/** The columns of a file by these names. */
export function findColumns(file: CsvReader, names: readonly string[]): Effect.Effect<readonly number[], CsvInvalid> {
  const at = columnsAt(file, names);
  return at instanceof CsvInvalid ? Effect.fail(at) : Effect.succeed(at);
}

/** Numbers of these columns, for each row. */
export function featuresOf(
  file: CsvReader,
  rows: readonly CsvRow[],
  at: readonly number[],
): Effect.Effect<Float64Array[], CsvInvalid> {
  return Effect.suspend(() => {
    const features: Float64Array[] = [];
    for (const row of rows) {
      const numbers = new Float64Array(at.length);
      for (const [i, column] of at.entries()) {
        const value = numberAt(file, row, column);
        if (value instanceof CsvInvalid) return Effect.fail(value);
        numbers[i] = value;
      }
      features.push(numbers);
    }
    return Effect.succeed(features);
  });
}

/** Refuses a file whose first rows are in another unit than the context's first, where all columns share one. */
export function checkFirstRows(run: LoadedRun, map: TableMap | undefined, rows: readonly Float64Array[], path: string) {
  const shared = run.family.fromTable?.scaling === "together";
  return attemptTable(() => map !== undefined && shared ? checkUnit(map, rows, path) : undefined);
}

/** Streams a context's rows into a stream; answers how many there were. */
export function addContext(
  run: LoadedRun,
  stream: TableStream,
  file: CsvReader,
  { features, target }: { readonly features: readonly number[]; readonly target: number },
) {
  const isClass = run.family.fromTable?.target.kind === "class";
  return Effect.gen(function* () {
    for (let read = 0;;) {
      const rows = yield* file.next(rowsAtOnce);
      if (rows.length === 0) return read;
      const numbers = yield* featuresOf(file, rows, features);
      if (read === 0) yield* checkFirstRows(run, stream.content().map, numbers, file.path);
      const added: TableRow[] = [];
      for (const [at, columns] of numbers.entries()) {
        const value = (isClass ? textAt : numberAt)(file, rows[at]!, target);
        if (value instanceof CsvInvalid) return yield* value;
        added.push({ columns, target: typeof value === "number" ? value : yield* classOf(stream, value) });
      }
      yield* stream.add(added);
      read += rows.length;
    }
  });
}

function classOf(stream: TableStream, name: string): Effect.Effect<number, TableNotUsable> {
  return Effect.try({
    try: () => stream.classOf(name),
    catch: (thrown) => {
      if (thrown instanceof TableNotUsable) return thrown;
      throw thrown;
    },
  });
}

/** The mean error of predictions where the query file has the target. */
export interface PredictionError {
  /** Rows that have it. */
  readonly rows: number;
  /** Mean squared error in squared units of the target, or percent of classes that are wrong. */
  readonly error: number;
  /** Variance of the target over these rows; absent for classes. */
  readonly variance?: number;
  /** Classes that the context lacks, with their rows, each an error; absent where there are none. */
  readonly unseen?: Readonly<Record<string, number>>;
}

/** Adds up errors, row by row; `classes` are those that can be predicted. */
export function errorSum(kind: "number" | "class", classes: readonly string[] = []) {
  let rows = 0, total = 0, mean = 0, squares = 0;
  const unseen: Record<string, number> = {};
  return {
    /** Counts one row, unless its target is missing. */
    add: (file: CsvReader, row: CsvRow, at: number, predicted: string): CsvInvalid | undefined => {
      const cell = row.cells[at]!;
      if (isMissing(cell)) return undefined;
      const value = kind === "class" ? cell.trim() : numberAt(file, row, at);
      if (value instanceof CsvInvalid) return value;
      rows++;
      if (typeof value === "string") {
        total += 100 * Number(value !== predicted);
        if (!classes.includes(value)) unseen[value] = (unseen[value] ?? 0) + 1;
      } else {
        total += (value - Number(predicted)) ** 2;
        const change = value - mean;
        mean += change / rows;
        squares += change * (value - mean);
      }
      return undefined;
    },
    result: (): PredictionError | undefined =>
      rows === 0 ? undefined : {
        rows,
        error: total / rows,
        ...(kind === "class" ? {} : { variance: squares / rows }),
        ...(Object.keys(unseen).length === 0 ? {} : { unseen }),
      },
  };
}
