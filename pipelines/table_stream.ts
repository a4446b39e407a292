import { Effect } from "effect";
import { TableNotUsable } from "../lib/errors/table_not_usable.ts";
import { attemptTable, checkTable, predictRows, type TableStreamError } from "./table_predictions.ts";
import { copyOf, type HeldState } from "./held_state.ts";
import type { LoadedRun, PredictOptions } from "./loaded_run.ts";
import { fitTableMap, rowsToX, rowsToY, type TableMap, type TableRow } from "./table_rows.ts";

/** What a table's stream is about: kept in its state, and the same whenever it goes on. */
export interface TableShape {
  /** Names of the feature columns, in the order of rows. */
  readonly features: readonly string[];
  /** Name of the target column. */
  readonly target: string;
  /** The queries of an implicit run, `[queries][columns]`; empty otherwise. */
  readonly queries: readonly Float64Array[];
}

/** All there is to know about a stream between two rows. */
export interface TableContent {
  readonly shape: TableShape;
  /** Names of classes in the order that they came up; empty for numbers. */
  readonly classes: readonly string[];
  /** Rows added. */
  readonly rows: number;
  /** How rows become x and y, once enough were seen. */
  readonly map: TableMap | undefined;
  /** The state after all whole mini-batches, once there is a map. */
  readonly state: HeldState | undefined;
  /** Rows that wait for their mini-batch to be whole, or for the map. */
  readonly pending: readonly TableRow[];
}

/** What a stream knows after its last row. */
export interface TablePredictor {
  /** How rows became x and y. */
  readonly map: TableMap;
  /** The state after all rows, those of a mini-batch that is not whole included. */
  readonly state: HeldState;
  /** Mini-batches gone through. */
  readonly batches: number;
  /**
   * Predictions `[rows, outputs]` in the target's own units, or logits. `first` is the place of the first row among the
   * queries, which an implicit run needs.
   */
  readonly predict: (
    rows: readonly Float64Array[],
    first: number,
    options?: PredictOptions,
  ) => Effect.Effect<readonly (readonly number[])[], TableStreamError>;
  /** Frees the state. */
  readonly dispose: () => void;
}

/** A table that streams through a trained run, one mini-batch at a time. */
export interface TableStream {
  /** Adds rows; whole mini-batches are refined over at once. */
  readonly add: (rows: readonly TableRow[]) => Effect.Effect<void, TableStreamError>;
  /** The number of a class, a new one if it comes up for the first time; throws {@linkcode TableNotUsable}. */
  readonly classOf: (name: string) => number;
  /** What is known now; nothing of the stream changes. */
  readonly predictor: Effect.Effect<TablePredictor, TableStreamError>;
  /** The stream's content, its own until the next row. */
  readonly content: () => TableContent;
  /** Frees the stream's state. */
  readonly dispose: () => void;
}

/**
 * Streams a table: the first rows, as many as in training, fit what centres and scales columns; then each mini-batch of
 * the trained N refines the state. What is left over waits, so a stream that goes on from its saved content equals one
 * that never stopped. Throws {@linkcode TableNotUsable} where the run cannot take such a table. The stream owns its state.
 */
export function tableStream(run: LoadedRun, from: TableContent): TableStream {
  const { shape } = from;
  const fromTable = checkTable(run, shape.features);
  const perBatch = run.config.observations;
  const classes = [...from.classes];
  let { rows: seen, map, state } = from;
  let pending = [...from.pending];

  const begin = (map: TableMap): HeldState => {
    if (run.config.regime !== "implicit") return run.init();
    const queries = rowsToX(map, shape.queries, "a query");
    const state = run.init({ queries });
    queries.dispose();
    return state;
  };

  /** The state after one more mini-batch; the one before is freed. */
  const refine = (map: TableMap, held: HeldState, rows: readonly TableRow[]) =>
    Effect.gen(function* () {
      const batch = yield* attemptTable(() => {
        const x = rowsToX(map, rows.map(({ columns }) => columns), "a value of the context");
        try {
          return { x, y: rowsToY(map, run.family, rows) };
        } catch (thrown) {
          x.dispose();
          throw thrown;
        }
      });
      const next = yield* Effect.ensuring(
        run.refineEffect(held, batch),
        Effect.sync(() => [batch.x, batch.y].forEach((tensor) => tensor.dispose())),
      );
      held.dispose();
      return next;
    });

  const add = (row: TableRow) =>
    Effect.gen(function* () {
      pending.push(row);
      seen++;
      if (map === undefined && pending.length < fromTable.scalerRows) return;
      if (map !== undefined && pending.length < perBatch) return;
      const fitted = map ??= fitTableMap(fromTable, run.identity.seed, pending);
      state ??= yield* attemptTable(() => begin(fitted));
      while (pending.length >= perBatch) {
        state = yield* refine(fitted, state, pending.slice(0, perBatch));
        pending = pending.slice(perBatch);
      }
    });

  const predictor: TableStream["predictor"] = Effect.gen(function* () {
    if (seen === 0) {
      const remedy = "give a context of at least one row";
      return yield* new TableNotUsable({ what: "its context", expected: "rows", found: "none", remedy });
    }
    const fitted = map ?? fitTableMap(fromTable, run.identity.seed, pending);
    let held = state === undefined ? yield* attemptTable(() => begin(fitted)) : copyOf(state);
    const rest = Effect.gen(function* () {
      for (let at = 0; at < pending.length; at += perBatch) {
        held = yield* refine(fitted, held, pending.slice(at, at + perBatch));
      }
    });
    yield* Effect.onError(rest, () => Effect.sync(() => held.dispose()));
    const last = held;
    return {
      map: fitted,
      state: last,
      batches: last.step,
      predict: (rows, first, options) => predictRows(run, fitted, last, { rows, first, options: options ?? {} }),
      dispose: last.dispose,
    };
  });

  return {
    add: (rows) => Effect.forEach(rows, add, { discard: true }),
    classOf: (name) => {
      const known = classes.indexOf(name);
      if (known >= 0) return known;
      if (fromTable.target.kind === "class" && classes.length < fromTable.target.most) return classes.push(name) - 1;
      throw new TableNotUsable({
        what: `class "${name}"`,
        expected: `at most ${fromTable.target.kind === "class" ? fromTable.target.most : 0} classes`,
        found: `${classes.length} others before it: ${classes.slice(0, 10).join(", ")}`,
        remedy: "merge classes, or take a run that was trained for more",
      });
    },
    predictor,
    content: () => ({ shape, classes, rows: seen, map, state, pending }),
    dispose: () => state?.dispose(),
  };
}
