import { Effect } from "effect";
import type { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";
import { TableNotUsable } from "../lib/errors/table_not_usable.ts";
import { freeRunningOrder, type SampleRows } from "../lib/evaluation/causal_order/mod.ts";
import { standardisedRows } from "../lib/tasks/mod.ts";
import type { LoadedRun } from "./loaded_run.ts";

/** Samples of variables: a column is a node. */
export interface NodeTable {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** `[rows, columns]`, in any units. */
  readonly rows: readonly ArrayLike<number>[];
}

/** An order of a table's columns, causes before effects. */
export interface ColumnOrder {
  /** Names, root first, leaf last. */
  readonly columns: readonly string[];
  /**
   * By place: the probability that the column had, when it was taken, of being a leaf of all columns up to that place; 1
   * for the root, which was the only one left. Between k columns 1 / k says nothing.
   */
  readonly confidence: readonly number[];
  /** Rows that were looked at: at most 64 · K · N. */
  readonly rows: number;
  /** Groups of rows that each refined a state of their own. */
  readonly groups: number;
  /** Mini-batches that each state was refined over. */
  readonly miniBatches: number;
}

/** Groups of mini-batches at most: more rows hardly change a mean over so many. */
const mostGroups = 32;

/** Rows that a run has a use for. */
export function mostRows({ config: { steps, observations } }: Pick<LoadedRun, "config">): number {
  return 2 * mostGroups * steps * observations;
}

/** Whether a run orders columns. */
export function ordersColumns({ family }: Pick<LoadedRun, "family">): boolean {
  return family.loss === "any-of";
}

/** {@linkcode orderColumnsEffect} as a promise, which rejects with its typed errors. */
export function orderColumns(run: LoadedRun, table: NodeTable): Promise<ColumnOrder> {
  return Effect.runPromise(orderColumnsEffect(run, table));
}

/**
 * Orders the columns of a table by a run of `topological-order`: of the columns that are left, the likeliest leaf is taken
 * away as the last one, until one is left. Rows are dealt out to groups of K mini-batches of at least N rows, as many as
 * there are rows for; in each group a state is refined from mini-batch to mini-batch as in training, every column
 * standardised in each, and a decision goes by the mean of the groups' log-probabilities. Fewer rows make fewer
 * mini-batches. Fails with {@linkcode TableNotUsable} for too many or too few columns, too few rows, or a column that
 * does not vary.
 */
export function orderColumnsEffect(
  run: LoadedRun,
  table: NodeTable,
): Effect.Effect<ColumnOrder, ShapeMismatch | TableNotUsable> {
  return Effect.gen(function* () {
    const refused = refusedTable(run, table);
    if (refused !== undefined) return yield* refused;
    const { batches, groups } = batchesOf(run, table);
    const { stages, weights, replay } = run;
    const [found] = yield* freeRunningOrder({ stages, weights, batches, pooled: true, replay });
    return {
      columns: Array.from(found!.order, (node) => table.columns[node]!),
      confidence: [...found!.confidence],
      rows: groups * batches.length * batches[0]!.count,
      groups,
      miniBatches: batches.length,
    };
  });
}

/** What is wrong with a table's shape, from its columns alone. */
export function refusedColumns(run: LoadedRun, columns: readonly string[]): TableNotUsable | undefined {
  if (!ordersColumns(run)) {
    return new TableNotUsable({
      what: `a run of ${run.identity.pipeline}`,
      expected: "a run that orders columns",
      found: `one that predicts: ${run.family.name}`,
      remedy: "take a run of the pipeline topological-order",
    });
  }
  const most = mostColumns(run);
  if (columns.length >= 2 && columns.length <= most) return undefined;
  return new TableNotUsable({
    what: "its columns",
    expected: `2 to ${most} columns, as many as the run was trained or evaluated on`,
    found: `${columns.length}`,
    remedy: columns.length < 2 ? "add columns" : "leave columns out, or train with more nodes (task.nodes)",
  });
}

/** The largest number of nodes that the run's configuration names. */
function mostColumns({ family, config }: LoadedRun): number {
  const { evaluationNodes = [] } = config as { readonly evaluationNodes?: readonly number[] };
  return Math.max(family.features, ...evaluationNodes);
}

function refusedTable(run: LoadedRun, { columns, rows }: NodeTable): TableNotUsable | undefined {
  const shape = refusedColumns(run, columns);
  if (shape !== undefined) return shape;
  const { observations } = run.config;
  if (rows.length < observations) {
    return new TableNotUsable({
      what: "its rows",
      expected: `at least ${observations}, one mini-batch of the run`,
      found: `${rows.length}`,
      remedy: "add rows, or train with smaller mini-batches (observations)",
    });
  }
  const constant = columns.findIndex((_, node) => rows.every((row) => row[node] === rows[0]![node]));
  if (constant < 0) return undefined;
  return new TableNotUsable({
    what: `column "${columns[constant]}"`,
    expected: "values that vary",
    found: `${rows[0]![constant]} in every row`,
    remedy: "leave the column out: nothing can be said about what it causes",
  });
}

/** Rows dealt out in turn, so that a file in order of time or size gives equal mini-batches. */
function batchesOf(run: LoadedRun, { columns, rows }: NodeTable) {
  const { steps, observations } = run.config, nodes = columns.length;
  const miniBatches = Math.min(steps, Math.floor(rows.length / observations));
  const groups = Math.min(mostGroups, Math.floor(rows.length / (miniBatches * observations)));
  const parts = groups * miniBatches, count = Math.min(2 * observations, Math.floor(rows.length / parts));
  const batches = Array.from({ length: miniBatches }, (_, k): SampleRows => {
    const all = new Float32Array(groups * count * nodes);
    for (let group = 0; group < groups; group++) {
      const own = Array.from({ length: count }, (_, n) => rows[n * parts + group * miniBatches + k]!);
      const values = Float64Array.from({ length: nodes * count }, (_, i) => own[i % count]![Math.floor(i / count)]!);
      standardisedRows(values, nodes, all.subarray(group * count * nodes, (group + 1) * count * nodes));
    }
    return { tasks: groups, count, nodes, rows: all };
  });
  return { batches, groups };
}
