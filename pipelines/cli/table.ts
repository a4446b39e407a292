import { Effect } from "effect";
import { closest } from "fastest-levenshtein";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { decodeEvaluation, type Evaluation } from "../../lib/evaluation/mod.ts";
import { exists, readText, writeTextAtomic } from "../../lib/files/mod.ts";
import { renderComparison, renderComparisonPage } from "../../lib/report/mod.ts";
import {
  decodeConfig,
  encodeJson,
  mergeSettings,
  readIdentity,
  runFile,
  runFormat,
  type RunIdentity,
} from "../../lib/training/mod.ts";
import { collectTable } from "../tables/collect.ts";
import { type TableDefinition, type TableSize, tableSizes, type TableTraining } from "../tables/definition.ts";
import { tables } from "../tables/tables.ts";
import { evaluateRun } from "./_evaluate_and_report.ts";
import { findPipeline } from "./_find_pipeline.ts";
import { buildWithData, dataFolderOf, openChosenDevice, type OpenedDevice } from "./_open_run.ts";
import { type Arguments, wholeNumber } from "./_options.ts";
import { trainRun } from "./_train_run.ts";
import { print, say } from "./_terminal.ts";
import { workersOf } from "./_workers.ts";

/** `deno task table`: trains what a table of the paper lacks, cell by cell, and writes it beside the published numbers. */
export default function tableCommand(args: Arguments) {
  return Effect.scoped(Effect.gen(function* () {
    const table = yield* tableOf(args);
    const folder = `runs/tables/${table.name}-${table.size}`;
    const only = args.value("only") ?? "";
    const all = table.rows.flatMap(({ trainings }) => trainings);
    const wanted = all.filter(({ name }) => name.includes(only));
    if (wanted.length === 0) {
      return yield* new UnknownOption({
        kind: "training",
        found: only,
        nearest: [closest(only, all.map(({ name }) => name))],
      });
    }
    const done = new Map<string, Evaluation>();
    for (const training of all) {
      const evaluation = yield* evaluationOf(`${folder}/${training.name}`);
      if (evaluation !== undefined) done.set(training.name, evaluation);
    }
    const missing = wanted.filter(({ name }) => !done.has(name));
    yield* say(`${folder}: ${done.size} of ${all.length} trainings are done, ${missing.length} to do now`);
    const write = writeTable(table, folder, done);
    if (missing.length > 0 && !args.flag("show")) {
      const opened = yield* openChosenDevice(args);
      for (const [i, training] of missing.entries()) {
        yield* say(`${i + 1}/${missing.length}: ${training.name}`);
        done.set(training.name, yield* Effect.scoped(trainCell(args, opened, training, `${folder}/${training.name}`)));
        yield* write;
      }
    }
    const comparison = yield* write;
    if (args.flag("json")) return yield* print(JSON.stringify(comparison));
    yield* print(renderComparison(comparison));
    if (done.size > 0) yield* print(`page: ${folder}/table.html`);
  }));
}

function tableOf(args: Arguments): Effect.Effect<TableDefinition, UnknownOption | WrongUse> {
  const [name] = args.positional, known = Object.keys(tables);
  const size = args.value("size") ?? "quick";
  return Effect.gen(function* () {
    if (name === undefined) {
      const remedy = `name one of ${known.join(", ")}`;
      return yield* new WrongUse({ command: "deno task table", problem: "no table was named", remedy });
    }
    const make = tables[name];
    if (make === undefined) {
      return yield* new UnknownOption({ kind: "table", found: name, nearest: [closest(name, known)] });
    }
    if (!(tableSizes as readonly string[]).includes(size)) {
      return yield* new UnknownOption({ kind: "size", found: size, nearest: tableSizes });
    }
    return make(size as TableSize);
  });
}

function evaluationOf(folder: string) {
  const path = runFile(folder, "evaluation");
  return Effect.gen(function* () {
    return (yield* exists(path)) ? yield* decodeEvaluation(yield* readText(path), path) : undefined;
  });
}

/** Trains one cell, from where it stopped, and evaluates it. */
function trainCell(args: Arguments, opened: OpenedDevice, training: TableTraining, folder: string) {
  return Effect.gen(function* () {
    const { pipeline, module } = yield* findPipeline(training.pipeline);
    const { method, settings } = training;
    const below = method === undefined ? {} : pipeline.methods?.[method] ?? {};
    const config = yield* decodeConfig(pipeline, mergeSettings(below, settings));
    const data = yield* dataFolderOf(args);
    const identity: RunIdentity = {
      format: runFormat,
      pipeline: pipeline.name,
      module,
      preset: "table",
      ...(method === undefined ? {} : { method }),
      seed: yield* wholeNumber("table", "seed", args.value("seed") ?? "0"),
      config: config as unknown as RunIdentity["config"],
    };
    const resume = yield* exists(runFile(folder, "config"));
    if (resume) yield* checkSame(folder, identity);
    const built = yield* buildWithData(pipeline, config, data);
    const workers = yield* workersOf("table", args, config, opened.device.name);
    yield* trainRun({ folder, identity, config, built, opened, data, workers, resume });
    return (yield* evaluateRun(folder, {
      data,
      run: { identity, config, built },
      modelOnly: training.compares !== true,
    })).evaluation;
  });
}

function checkSame(folder: string, identity: RunIdentity) {
  return Effect.gen(function* () {
    const found = yield* readIdentity(folder);
    if (new TextDecoder().decode(encodeJson(found)) === new TextDecoder().decode(encodeJson(identity))) return;
    return yield* new RunNotUsable({
      folder,
      action: "go on with",
      reason: "it was begun with other settings or another seed",
      remedy: "remove the folder to train the cell anew",
    });
  });
}

function writeTable(table: TableDefinition, folder: string, done: ReadonlyMap<string, Evaluation>) {
  return Effect.gen(function* () {
    const comparison = collectTable(table, ({ name }) => {
      const evaluation = done.get(name);
      return evaluation === undefined ? undefined : { run: `${folder}/${name}`, evaluation };
    });
    if (done.size > 0) {
      yield* writeTextAtomic(`${folder}/table.json`, `${JSON.stringify(comparison, null, 2)}\n`);
      yield* writeTextAtomic(`${folder}/table.html`, renderComparisonPage(comparison));
    }
    return comparison;
  });
}
