import { Effect } from "effect";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { decodeEvaluation, type Evaluation } from "../../lib/evaluation/mod.ts";
import { exists, readText } from "../../lib/files/mod.ts";
import {
  decodeConfig,
  encodeJson,
  mergeSettings,
  readIdentity,
  runFile,
  runFormat,
  type RunIdentity,
} from "../../lib/training/mod.ts";
import type { TableTraining } from "../tables/definition.ts";
import { evaluateRun } from "./_evaluate_and_report.ts";
import { chosenOnly } from "./_chosen_only.ts";
import { findPipeline } from "./_find_pipeline.ts";
import { buildWithData, dataFolderOf, openChosenDevice, type OpenedDevice, type OpenRun } from "./_open_run.ts";
import { commandTyped } from "./_full_command.ts";
import { type Arguments, wholeNumber } from "./_options.ts";
import { trainRun } from "./_train_run.ts";
import { say } from "./_terminal.ts";
import { workersOf } from "./_workers.ts";

/** What has been measured so far, by the training's name. */
export type DoneCells = ReadonlyMap<string, Evaluation>;

/** A training that is done, with all that a measurement of it needs. */
export interface TrainedCell {
  readonly folder: string;
  readonly training: TableTraining;
  readonly run: OpenRun;
  readonly opened: OpenedDevice;
  /** The folder of data sets, where the pipeline reads any. */
  readonly data: string | undefined;
}

/** Trainings that a command fills its table with, one folder each under `folder`. */
export interface TrainCellsRequest<Err, Env, MoreErr = never, MoreEnv = never> {
  readonly command: "table" | "ablate";
  readonly folder: string;
  readonly trainings: readonly TableTraining[];
  /** Writes what has been measured so far; called after each training. */
  readonly write: (done: DoneCells) => Effect.Effect<unknown, Err, Env>;
  /** Measures what else a training is for, once it is trained and evaluated; without it an evaluation is all. */
  readonly further?: {
    readonly isDone: (folder: string) => Effect.Effect<boolean>;
    readonly measure: (cell: TrainedCell) => Effect.Effect<unknown, MoreErr, MoreEnv>;
  };
}

/** Trains and evaluates what is still to do, from where it stopped, or what `--only` names of it, unless told to `--show`. */
export function trainCells<Err, Env, MoreErr = never, MoreEnv = never>(
  args: Arguments,
  request: TrainCellsRequest<Err, Env, MoreErr, MoreEnv>,
) {
  const { command, folder, trainings, write, further } = request;
  return Effect.gen(function* () {
    const wanted = yield* chosenOnly(args, trainings);
    yield* wholeNumber(command, "seed", args.value("seed") ?? "0"); // before a device is opened
    const done = new Map<string, Evaluation>();
    for (const training of trainings) {
      const own = `${folder}/${training.name}`;
      const evaluation = yield* evaluationOf(own);
      if (evaluation === undefined) continue;
      if (further === undefined || (yield* further.isDone(own))) done.set(training.name, evaluation);
    }
    const missing = wanted.filter(({ name }) => !done.has(name));
    yield* say(`${folder}: ${done.size} of ${trainings.length} trainings are done, ${missing.length} to do now`);
    if (missing.length > 0 && !args.flag("show")) {
      const opened = yield* openChosenDevice(args);
      for (const [i, training] of missing.entries()) {
        yield* say(`${i + 1}/${missing.length}: ${training.name}`);
        done.set(training.name, yield* Effect.scoped(trainCell(args, opened, training, request)));
        yield* write(done);
      }
    }
    return done as DoneCells;
  });
}

function evaluationOf(folder: string) {
  const path = runFile(folder, "evaluation");
  return Effect.gen(function* () {
    return (yield* exists(path)) ? yield* decodeEvaluation(yield* readText(path), path) : undefined;
  });
}

/** Trains one cell, from where it stopped, and evaluates it. */
function trainCell<Err, Env, MoreErr, MoreEnv>(
  args: Arguments,
  opened: OpenedDevice,
  training: TableTraining,
  { command, folder: parent, further }: TrainCellsRequest<Err, Env, MoreErr, MoreEnv>,
) {
  const folder = `${parent}/${training.name}`;
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
      preset: command === "table" ? "table" : "ablation",
      ...(method === undefined ? {} : { method }),
      seed: yield* wholeNumber(command, "seed", args.value("seed") ?? "0"),
      config: config as unknown as RunIdentity["config"],
    };
    const resume = yield* exists(runFile(folder, "config"));
    if (resume) yield* checkSame(folder, identity);
    const run: OpenRun = { identity, config, built: yield* buildWithData(pipeline, config, data) };
    const workers = yield* workersOf(command, args, config, opened.device.name);
    yield* trainRun({ folder, ...run, opened, data, workers, resume, goOn: commandTyped() });
    const { evaluation } = yield* evaluateRun(folder, {
      ...{ data, run, modelOnly: training.compares !== true },
      replay: opened.replay,
    });
    if (further !== undefined) yield* further.measure({ folder, training, run, opened, data });
    return evaluation;
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
