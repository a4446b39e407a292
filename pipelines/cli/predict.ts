import { Effect } from "effect";
import { withDeviceFailures } from "../../lib/device/mod.ts";
import { CsvInvalid } from "../../lib/errors/csv_invalid.ts";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { type CsvReader, ensureFolder, exists, openCsv, readBytes, writeAtomic } from "../../lib/files/mod.ts";
import { readIdentity } from "../../lib/training/mod.ts";
import type { LoadedRun } from "../loaded_run.ts";
import { attemptTable, checkTable } from "../table_predictions.ts";
import { decodeTable, encodeTable } from "../table_state.ts";
import { tableStream } from "../table_stream.ts";
import { findPipeline } from "./_find_pipeline.ts";
import { loadForPrediction } from "./_load_trained.ts";
import { openChosenDevice } from "./_open_run.ts";
import type { Arguments } from "./_options.ts";
import { outputPath } from "./_output_path.ts";
import { runFolderOf } from "./_paths.ts";
import { orderRunOf, predictOrder } from "./_predict_order.ts";
import { addContext, featuresOf, findColumns, rowsAtOnce } from "./_predict_table.ts";
import { describePrediction } from "./_describe_prediction.ts";
import { checkQueryColumns } from "./_query_columns.ts";
import { latestRunOf } from "./_run_names.ts";
import { print } from "./_terminal.ts";
import { writePredictions } from "./_write_predictions.ts";

/** Queries of an implicit run, which all are in its state. */
const mostImplicitQueries = 2048;

/** `deno task predict`: streams a context through a run and predicts the rows of another file. */
export default function predictCommand(args: Arguments) {
  return Effect.scoped(withDeviceFailures(Effect.gen(function* () {
    const orders = yield* orderRunOf(args);
    if (orders !== undefined) return yield* predictOrder(args, orders);
    const [name] = args.positional;
    const folder = name === undefined ? yield* latestRunOf() : runFolderOf(name);
    const { module } = yield* readIdentity(folder);
    const needed = (name: string) =>
      args.value(name) ?? new WrongUse({
        command: "deno task predict",
        problem: `--${name} is missing`,
        remedy: "deno task predict RUN --context a.csv --query b.csv --target NAME",
      });
    const paths = [needed("context"), needed("query"), needed("target")];
    for (const path of paths) if (path instanceof WrongUse) return yield* path;
    const [contextPath, queryPath, target] = paths as [string, string, string];
    const average = args.value("average") ?? "on";
    if (average !== "on" && average !== "off") {
      return yield* new UnknownOption({ kind: "--average", found: average, nearest: ["on", "off"] });
    }
    const { pipeline } = yield* findPipeline(module);
    const context = yield* openCsv(contextPath), query = yield* openCsv(queryPath);
    const features = context.columns.filter((column) => column !== target);
    yield* findColumns(context, [target]);
    yield* checkQueryColumns(query, { features, target });
    const statePath = yield* outputPath("predict", args, "state");
    const asked = yield* outputPath("predict", args, "out");
    const { replay } = yield* openChosenDevice(args);
    const run = yield* loadForPrediction(folder, { checkpoint: args.value("checkpoint"), pipeline, replay });
    yield* Effect.addFinalizer(() => Effect.sync(run.dispose));
    const { stream, began } = yield* openStream(run, { features, target, statePath, query, queryPath });

    const start = performance.now();
    const { features: order } = stream.content().shape;
    const at = { features: yield* findColumns(context, order), target: context.columns.indexOf(target) };
    const rows = yield* addContext(run, stream, context, at);
    const predictor = yield* stream.predictor;
    const seconds = (performance.now() - start) / 1000;

    const out = asked ?? `${folder}/predictions/${queryPath.split(/[\\/]/).at(-1)}`;
    if (asked === undefined) yield* ensureFolder(`${folder}/predictions`);
    const { classes } = stream.content();
    const written = yield* writePredictions(out, {
      run,
      predictor,
      query,
      queryColumns: yield* findColumns(query, order),
      target,
      classes,
      average: average === "on",
    });
    if (statePath !== undefined) yield* writeAtomic(statePath, yield* encodeTable(run, stream.content()));
    const { map, batches } = predictor;
    const left = order.filter((_, i) => map.columns.scale[i] === 0);
    predictor.dispose();
    stream.dispose();
    const summary = {
      predictions: out,
      state: statePath ?? null,
      contextRows: rows,
      earlierRows: began,
      miniBatches: batches,
      scalerRows: map.rows,
      leftOut: left,
      average: average === "on",
      seconds,
      ...written,
    };
    yield* print(args.flag("json") ? JSON.stringify(summary) : describePrediction(summary, run, target));
  })));
}

/** A new stream, or the one that a state file goes on with, and the rows that it had seen. */
function openStream(
  run: LoadedRun,
  { features, target, statePath, query, queryPath }: {
    readonly features: readonly string[];
    readonly target: string;
    readonly statePath: string | undefined;
    readonly query: CsvReader;
    readonly queryPath: string;
  },
) {
  return Effect.gen(function* () {
    yield* attemptTable(() => checkTable(run, features));
    const queries = run.config.regime === "implicit" ? yield* implicitQueries(query, queryPath, features) : [];
    const shape = { features, target, queries };
    const content = statePath !== undefined && (yield* exists(statePath))
      ? yield* decodeTable(run, yield* readBytes(statePath), statePath, shape)
      : { shape, classes: [], rows: 0, map: undefined, state: undefined, pending: [] };
    return { stream: tableStream(run, content), began: content.rows };
  });
}

/** All queries at once, from a reading of their own: an implicit state holds predictions of them. */
function implicitQueries({ columns }: CsvReader, path: string, features: readonly string[]) {
  return Effect.scoped(Effect.gen(function* () {
    const file = yield* openCsv(path);
    const at = features.map((name) => columns.indexOf(name));
    const queries: Float64Array[] = [];
    for (;;) {
      const rows = yield* file.next(rowsAtOnce);
      if (rows.length === 0 && queries.length > 0) return queries;
      queries.push(...yield* featuresOf(file, rows, at));
      if (rows.length === 0 || queries.length > mostImplicitQueries) {
        return yield* new CsvInvalid({
          path,
          expected: `1 to ${mostImplicitQueries} rows, since an implicit run's state holds them all`,
          found: queries.length === 0 ? "none" : "more",
          remedy: "split the file, or take a parametric or explicit run",
        });
      }
    }
  }));
}
