import { Effect } from "effect";
import { CsvInvalid } from "../../lib/errors/csv_invalid.ts";
import { type CsvReader, openCsvWriter } from "../../lib/files/mod.ts";
import type { LoadedRun } from "../loaded_run.ts";
import type { TablePredictor } from "../table_stream.ts";
import { checkFirstRows, errorSum, featuresOf, type PredictionError, rowsAtOnce } from "./_predict_table.ts";

/** What was written. */
export interface Written {
  readonly queryRows: number;
  /** Where the query file has the target. */
  readonly error?: PredictionError;
}

/** What is predicted, and from what. */
export interface PredictionRequest {
  readonly run: LoadedRun;
  readonly predictor: TablePredictor;
  /** The query file, its rows still to come. */
  readonly query: CsvReader;
  /** Where the feature columns are in it, in the stream's order. */
  readonly queryColumns: readonly number[];
  readonly target: string;
  /** Names of classes; empty for numbers. */
  readonly classes: readonly string[];
  readonly average: boolean;
}

/** Writes the query's columns and beside them the prediction, with the probability of each class; all or nothing. */
export function writePredictions(path: string, request: PredictionRequest) {
  const { run, predictor, query, queryColumns, target, classes, average } = request;
  const kind = run.family.fromTable?.target.kind ?? "number";
  const added = [`predicted_${target}`, ...classes.map((name) => `probability_${name}`)];
  return Effect.scoped(Effect.gen(function* () {
    const taken = added.find((name) => query.columns.includes(name));
    if (taken !== undefined) {
      const expected = "a name that predictions do not take";
      const remedy = "rename the column, or leave it out";
      return yield* new CsvInvalid({
        path: query.path,
        column: taken,
        expected,
        found: "a column of that name",
        remedy,
      });
    }
    const { write, commit } = yield* openCsvWriter(path);
    yield* write([[...query.columns, ...added]]);
    const targetAt = query.columns.indexOf(target);
    const errors = errorSum(kind, classes);
    let done = 0;
    for (;;) {
      const rows = yield* query.next(rowsAtOnce);
      if (rows.length === 0) break;
      const features = yield* featuresOf(query, rows, queryColumns);
      if (done === 0) yield* checkFirstRows(run, predictor.map, features, query.path);
      const predicted = yield* predictor.predict(features, done, { average });
      const cells = predicted.map((values) => kind === "class" ? classCells(values, classes) : [String(values[0]!)]);
      for (const [at, row] of rows.entries()) {
        const wrong = targetAt < 0 ? undefined : errors.add(query, row, targetAt, cells[at]![0]!);
        if (wrong !== undefined) return yield* wrong;
      }
      yield* write(rows.map((row, at) => [...row.cells, ...cells[at]!]));
      done += rows.length;
    }
    yield* commit;
    const error = errors.result();
    const written: Written = { queryRows: done, ...(error === undefined ? {} : { error }) };
    return written;
  }));
}

/** The likeliest class among those that came up, and the probability of each. */
function classCells(logits: readonly number[], classes: readonly string[]): string[] {
  const seen = logits.slice(0, classes.length);
  const largest = Math.max(...seen);
  const parts = seen.map((logit) => Math.exp(logit - largest));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return [classes[seen.indexOf(largest)]!, ...parts.map((part) => (part / total).toPrecision(6))];
}
