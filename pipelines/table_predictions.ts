import { Effect } from "effect";
import { TableNotUsable } from "../lib/errors/table_not_usable.ts";
import type { FromTable } from "../lib/stages/mod.ts";
import { attemptTable, type TableStreamError } from "./attempt_table.ts";
import type { HeldState } from "./held_state.ts";
import type { LoadedRun, PredictOptions } from "./loaded_run.ts";
import { rowsToX, type TableMap } from "./table_rows.ts";

export { attemptTable, type TableStreamError } from "./attempt_table.ts";

/** How a run takes tables, or why it cannot take this one. */
export function checkTable(run: LoadedRun, features: readonly string[]): FromTable {
  const { name, fromTable } = run.family;
  const remedy = "take a run of the pipeline table, which is trained for people's tables";
  const found = `${features.length} columns beside the target`;
  if (fromTable === undefined) {
    throw new TableNotUsable({ what: `tasks of ${name}`, expected: "tasks that a table can be", found: name, remedy });
  }
  const { fewest, most } = fromTable;
  if (features.length >= fewest && features.length <= most) return fromTable;
  throw new TableNotUsable({
    what: `its columns for the run's ${name}`,
    expected: fewest === most ? `${most} columns` : `${fewest} to ${most} columns`,
    found,
    remedy: features.length > most
      ? `leave columns out of both files, or ${fewest === most ? "take another run" : "train with more features"}`
      : "add columns to both files",
  });
}

/** Predictions of rows in the target's own units, or logits; an implicit state's own from the row `first` on. */
export function predictRows(
  run: LoadedRun,
  map: TableMap,
  state: HeldState,
  { rows, first, options }: {
    readonly rows: readonly Float64Array[];
    readonly first: number;
    readonly options: PredictOptions;
  },
): Effect.Effect<readonly (readonly number[])[], TableStreamError> {
  return Effect.gen(function* () {
    let predicted: readonly (readonly number[])[];
    if (run.config.regime === "implicit") {
      predicted = (yield* run.predictEffect(state, undefined, options)).slice(first, first + rows.length);
    } else {
      const x = yield* attemptTable(() => rowsToX(map, rows, "a query"));
      const predictions = run.predictEffect(state, x, options);
      predicted = yield* Effect.ensuring(predictions, Effect.sync(() => x.dispose()));
    }
    if (!predicted.every((row) => row.every(Number.isFinite))) {
      return yield* new TableNotUsable({
        what: "a prediction",
        expected: "a finite number",
        found: "none",
        remedy: "look for rows far from the others, in the context or among the queries",
      });
    }
    const { centre, scale } = map.target;
    return run.family.fromTable?.target.kind === "class"
      ? predicted
      : predicted.map((row) => row.map((y) => y / scale + centre));
  });
}
