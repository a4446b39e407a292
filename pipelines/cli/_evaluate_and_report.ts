import { Effect } from "effect";
import { decodeEvaluation, encodeEvaluation, evaluate, type Evaluation } from "../../lib/evaluation/mod.ts";
import { exists, readText, writeAtomic, writeTextAtomic } from "../../lib/files/mod.ts";
import { errorPerStepFigure, renderReport, renderTable, type RunRecord } from "../../lib/report/mod.ts";
import {
  disposeTrainingState,
  type JsonObject,
  type MetricLine,
  readIdentity,
  readLines,
  runFile,
} from "../../lib/training/mod.ts";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { loadTrained } from "./_load_trained.ts";
import { chosenReplay } from "./_chosen_replay.ts";
import { type OpenRun, openRun, type ReplayChoice } from "./_open_run.ts";
import { print, say } from "./_terminal.ts";

/** How a run is to be evaluated; what is left out is as the run's configuration says. */
export interface EvaluateOptions {
  readonly json: boolean;
  /** Whether forward passes are recorded once and replayed: the numbers are the same. */
  readonly replay: ReplayChoice;
  /** The folder of data sets, where the pipeline reads any. */
  readonly data: string | undefined;
  /** Which weights: the best validation's, or the last. */
  readonly checkpoint?: "best" | "last";
  readonly tasks?: number;
  readonly steps?: number;
  readonly seed?: number;
  /** The run, where it is open already, so that its data are not read again. */
  readonly run?: OpenRun;
  /** Whether to measure the model alone, without limits, baselines and controls. */
  readonly modelOnly?: boolean;
}

/** Evaluates a run's weights, writes evaluation.json and report.html, and prints a short table with the report's path. */
export function evaluateAndReport(folder: string, options: EvaluateOptions) {
  return Effect.gen(function* () {
    const { evaluation, report } = yield* evaluateRun(folder, options);
    if (options.json) return yield* print(JSON.stringify({ run: folder, report, evaluation }));
    yield* print(renderTable(evaluation));
    yield* print(`report: ${report}`);
  });
}

/** Evaluates a run's weights and writes evaluation.json and report.html. */
export function evaluateRun(folder: string, options: Omit<EvaluateOptions, "json">) {
  return Effect.scoped(Effect.gen(function* () {
    const { identity, config, built } = options.run ?? (yield* openRun(folder, options.data));
    const state = yield* loadTrained(folder, identity, options.checkpoint ?? "best", "evaluate");
    const { tasks = config.evaluation.tasks, steps = config.evaluation.steps } = options;
    const evaluation = yield* evaluate({
      pipeline: identity.pipeline,
      built,
      config: { ...config, evaluation: { ...config.evaluation, tasks, steps } },
      weights: state.weights,
      seed: options.seed ?? identity.seed,
      ...(options.modelOnly === undefined ? {} : { modelOnly: options.modelOnly }),
      replay: yield* chosenReplay(options.replay),
      onProgress: (what) => say(`measuring ${what}`),
    });
    disposeTrainingState(state);
    yield* writeAtomic(runFile(folder, "evaluation"), new TextEncoder().encode(encodeEvaluation(evaluation)));
    return { evaluation, report: yield* writeReport([folder]) };
  }));
}

/** Writes one report about these runs; answers its path. */
export function writeReport(folders: readonly string[], out?: string) {
  return Effect.gen(function* () {
    const records: RunRecord[] = [];
    for (const folder of folders) records.push(yield* readRecord(folder));
    // Several runs get a page of their own, so that none loses its report.
    const together = `runs/report-${folders.map((folder) => folder.split(/[\\/]/).at(-1)).join("-")}.html`;
    const path = out ?? (folders.length === 1 ? runFile(folders[0]!, "report") : together);
    yield* writeAtomic(path, new TextEncoder().encode(renderReport(records)));
    return path;
  });
}

/** Writes a run's error after each step, beside limits and baselines, as an SVG file. */
export function writeFigure(folder: string, path: string) {
  return Effect.gen(function* () {
    const { evaluation } = yield* readRecord(folder);
    if (evaluation === undefined) {
      return yield* new RunNotUsable({
        folder,
        action: "draw",
        reason: "it was not evaluated yet",
        remedy: "evaluate it first, by deno task eval",
      });
    }
    yield* writeLightFigure(path, errorPerStepFigure(evaluation));
  });
}

/** Writes a figure by itself: it has no page around it, so it brings a light one. */
export function writeLightFigure(path: string, svg: string) {
  return writeTextAtomic(path, svg.replace("background:none", "background:white;color:#1b1f24"));
}

function readRecord(folder: string) {
  return Effect.gen(function* () {
    const identity = yield* readIdentity(folder);
    const path = runFile(folder, "evaluation");
    const evaluation: Evaluation | undefined = (yield* exists(path))
      ? yield* decodeEvaluation(yield* readText(path), path)
      : undefined;
    const record: RunRecord = {
      name: folder.replace(/^runs\//, ""),
      config: identity as unknown as JsonObject,
      sessions: yield* readLines<JsonObject>(runFile(folder, "sessions")),
      metrics: yield* readLines<MetricLine>(runFile(folder, "metrics")),
      ...(evaluation === undefined ? {} : { evaluation }),
    };
    return record;
  });
}
