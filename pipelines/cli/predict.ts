import { Effect } from "effect";
import { CsvInvalid } from "../../lib/errors/csv_invalid.ts";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { type CsvReader, ensureFolder, exists, openCsv, readBytes, writeAtomic } from "../../lib/files/mod.ts";
import { readIdentity } from "../../lib/training/mod.ts";
import type { LoadedRun } from "../loaded_run.ts";
import { loadRunEffect } from "../load_run.ts";
import { attemptTable, checkTable } from "../table_predictions.ts";
import { decodeTable, encodeTable } from "../table_state.ts";
import { tableStream } from "../table_stream.ts";
import { findPipeline } from "./_find_pipeline.ts";
import { openChosenDevice } from "./_open_run.ts";
import type { Arguments } from "./_options.ts";
import { outputPath } from "./_output_path.ts";
import { runFolderOf } from "./_paths.ts";
import { addContext, featuresOf, findColumns, rowsAtOnce } from "./_predict_table.ts";
import { latestRunOf } from "./_run_names.ts";
import { duration, print } from "./_terminal.ts";
import { writePredictions, type Written } from "./_write_predictions.ts";

/** Queries of an implicit run, which all are in its state. */
const mostImplicitQueries = 2048;

/** `deno task predict`: streams a context through a run and predicts the rows of another file. */
export default function predictCommand(args: Arguments) {
  return Effect.scoped(Effect.gen(function* () {
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
    const [name] = args.positional;
    const folder = name === undefined ? yield* latestRunOf() : runFolderOf(name);
    const { module } = yield* readIdentity(folder);
    const { pipeline } = yield* findPipeline(module);
    const context = yield* openCsv(contextPath), query = yield* openCsv(queryPath);
    const features = context.columns.filter((column) => column !== target);
    yield* findColumns(context, [target]);
    yield* findColumns(query, features);
    yield* openChosenDevice(args);
    const run = yield* loadRunEffect(folder, { pipeline, device: "open" });
    const statePath = args.value("state");
    const { stream, began } = yield* openStream(run, { features, target, statePath, query, queryPath });

    const start = performance.now();
    const { features: order } = stream.content().shape;
    const at = { features: yield* findColumns(context, order), target: context.columns.indexOf(target) };
    const rows = yield* addContext(run, stream, context, at);
    const predictor = yield* stream.predictor;
    const seconds = (performance.now() - start) / 1000;

    const out = (yield* outputPath("predict", args, "out")) ??
      `${folder}/predictions/${queryPath.split(/[\\/]/).at(-1)}`;
    if (args.value("out") === undefined) yield* ensureFolder(`${folder}/predictions`);
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
    yield* print(args.flag("json") ? JSON.stringify(summary) : describe(summary, run, target));
  }));
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

function describe(
  summary: Written & {
    readonly predictions: string;
    readonly state: string | null;
    readonly contextRows: number;
    readonly earlierRows: number;
    readonly miniBatches: number;
    readonly scalerRows: number;
    readonly leftOut: readonly string[];
    readonly average: boolean;
    readonly seconds: number;
  },
  run: LoadedRun,
  target: string,
): string {
  const { earlierRows, contextRows, miniBatches, error } = summary;
  const number = (value: number): string => value.toLocaleString("en-US");
  const before = earlierRows === 0 ? "" : ` after ${number(earlierRows)} of earlier`;
  return [
    `context: ${number(contextRows)} rows${before}, ${
      number(miniBatches)
    } mini-batches of ${run.config.observations}, ` +
    `scaled by the first ${number(summary.scalerRows)} rows, ${duration(summary.seconds)}`,
    ...(summary.leftOut.length === 0 ? [] : [`left out, since they do not vary there: ${summary.leftOut.join(", ")}`]),
    `queries: ${number(summary.queryRows)} rows, ${summary.average ? "late states averaged" : "the last state"}`,
    ...(error === undefined ? [] : [
      error.variance === undefined
        ? `error of ${target}: ${error.error.toPrecision(3)} % of ${number(error.rows)} rows`
        : `error of ${target}: ${error.error.toPrecision(4)} mean square, ${
          Math.sqrt(error.error).toPrecision(4)
        } root, over ${number(error.rows)} rows of variance ${error.variance.toPrecision(4)}`,
    ]),
    ...(summary.state === null ? [] : [`state: ${summary.state}`]),
    `predictions: ${summary.predictions}`,
  ].join("\n");
}
