import { Effect } from "effect";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { ensureFolder, openCsv, openCsvWriter } from "../../lib/files/mod.ts";
import { decodeConfig, readIdentity } from "../../lib/training/mod.ts";
import { type ColumnOrder, mostRows, orderColumnsEffect, ordersColumns, refusedColumns } from "../causal_order_run.ts";
import { type AnyPipeline, findPipeline } from "./_find_pipeline.ts";
import { loadForPrediction } from "./_load_trained.ts";
import { openChosenDevice } from "./_open_run.ts";
import type { Arguments } from "./_options.ts";
import { outputPath } from "./_output_path.ts";
import { runFolderOf } from "./_paths.ts";
import { featuresOf, findColumns, rowsAtOnce } from "./_predict_table.ts";
import { latestRunOf } from "./_run_names.ts";
import { print, say } from "./_terminal.ts";

/** A run that orders columns. */
interface OrderRun {
  readonly folder: string;
  readonly pipeline: AnyPipeline;
}

/** Says how the command is used. */
const usage = "deno task predict RUN --context data.csv [--out order.csv]";

/** The run that the arguments name, where it orders columns; `undefined` where it is another or there is none. */
export function orderRunOf(args: Arguments): Effect.Effect<OrderRun | undefined> {
  const found = Effect.gen(function* () {
    const [name] = args.positional;
    const folder = name === undefined ? yield* latestRunOf() : runFolderOf(name);
    const identity = yield* readIdentity(folder);
    const { pipeline } = yield* findPipeline(identity.module);
    const { family } = pipeline.build(yield* decodeConfig(pipeline, identity.config));
    return ordersColumns({ family }) ? { folder, pipeline } : undefined;
  });
  return Effect.orElseSucceed(found, () => undefined); // what is wrong is told by who needs the run
}

/** `deno task predict` of a run of causal orders: the columns of one file, from root to leaf. */
export function predictOrder(args: Arguments, { folder, pipeline }: OrderRun) {
  return Effect.gen(function* () {
    const taken = ["query", "target", "state", "average"].find((name) => args.value(name) !== undefined);
    const path = args.value("context");
    if (taken !== undefined || path === undefined) {
      return yield* new WrongUse({
        command: "deno task predict",
        problem: taken === undefined ? "--context is missing" : `--${taken} is not for a run that orders columns`,
        remedy: usage,
      });
    }
    const { replay } = yield* openChosenDevice(args);
    const run = yield* loadForPrediction(folder, { checkpoint: args.value("checkpoint"), pipeline, replay });
    const file = yield* openCsv(path), { columns } = file;
    const refused = refusedColumns(run, columns);
    if (refused !== undefined) return yield* refused;
    if (columns.length > run.family.features) {
      const trained = `${run.family.features} columns at most`;
      yield* say(`warning: the run was trained on ${trained}; on ${columns.length} it is less sure of its way`);
    }
    const at = yield* findColumns(file, columns), most = mostRows(run);
    const rows: Float64Array[] = [];
    while (rows.length < most) {
      const next = yield* file.next(Math.min(rowsAtOnce, most - rows.length));
      if (next.length === 0) break;
      rows.push(...yield* featuresOf(file, next, at));
    }
    const order = yield* Effect.ensuring(orderColumnsEffect(run, { columns, rows }), Effect.sync(run.dispose));
    const out = (yield* outputPath("predict", args, "out")) ??
      `${folder}/predictions/order-${path.split(/[\\/]/).at(-1)}`;
    if (args.value("out") === undefined) yield* ensureFolder(`${folder}/predictions`);
    yield* writeOrder(out, order);
    const summary = { out, rowsRead: rows.length, ...order };
    yield* print(args.flag("json") ? JSON.stringify(summary) : describe(order, summary));
  });
}

/** A line a column, root first. */
function writeOrder(path: string, { columns, confidence }: ColumnOrder) {
  return Effect.scoped(Effect.gen(function* () {
    const { write, commit } = yield* openCsvWriter(path);
    yield* write([
      ["place", "column", "confidence"],
      ...columns.map((name, i) => [`${i + 1}`, name, confidence[i]!.toPrecision(6)]),
    ]);
    yield* commit;
  }));
}

function describe(
  { columns, confidence, rows, groups, miniBatches }: ColumnOrder,
  { out, rowsRead }: { readonly out: string; readonly rowsRead: number },
): string {
  const width = Math.max(...columns.map(({ length }) => length));
  return [
    `${rows.toLocaleString("en-US")} of ${rowsRead.toLocaleString("en-US")} rows used, ` +
    `in ${groups} × ${miniBatches} mini-batches of one size`,
    "causes before effects, with the probability of being a leaf of all columns so far:",
    ...columns.map((name, i) =>
      `${`${i + 1}`.padStart(4)}  ${name.padEnd(width)}  ${i === 0 ? "root" : confidence[i]!.toFixed(2)}`
    ),
    `order: ${out}`,
  ].join("\n");
}
