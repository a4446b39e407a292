import { Effect } from "effect";
import { runFormat } from "../../lib/training/mod.ts";
import {
  appendSession,
  createRun,
  cutMetrics,
  disposeTrainingState,
  encodeJson,
  identityHash,
  initialTrainingState,
  type JsonObject,
  loadCheckpoint,
  readLines,
  resolveConfig,
  runFile,
  type RunIdentity,
  setAside,
  train,
  type TrainingEvent,
  type TrainingState,
} from "../../lib/training/mod.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { evaluateAndReport } from "./_evaluate_and_report.ts";
import { defaultPipeline, findPipeline } from "./_find_pipeline.ts";
import {
  buildWithData,
  checkIdentity,
  dataFolderOf,
  openChosenDevice,
  openRun,
  type RecordedDevice,
  sessionOf,
} from "./_open_run.ts";
import { type Arguments, wholeNumber } from "./_options.ts";
import { runFolderOf } from "./_paths.ts";
import { profile } from "./_profile.ts";
import { automaticWorkers, gradientSource } from "./_workers.ts";
import { latestRunOf, nextRunName } from "./_run_names.ts";
import { duration, print, progress, say } from "./_terminal.ts";

/** `deno task train`: trains a new run, or goes on with one, then evaluates it and writes its report. */
export default function trainCommand(args: Arguments) {
  return Effect.scoped(Effect.gen(function* () {
    if (args.flag("print-config")) return yield* printConfig(args);
    const run = yield* args.flag("resume") ? resumedRun(args) : newRun(args);
    const { folder, identity, config, built, recorded } = run;
    const opened = yield* openChosenDevice(args, recorded);
    const { device, blas } = opened;
    if (recorded !== undefined && (device.name !== recorded.device || opened.products !== recorded.products)) {
      const was = `${recorded.device}${recorded.blas === null ? "" : ` with ${recorded.products}`}`;
      return yield* new WrongUse({
        command: "deno task train --resume",
        problem: `run ${folder} was trained on ${was}, and its bits hold there only`,
        remedy: "leave out --device and --blas, or start a new run",
      });
    }
    if (args.flag("profile")) return yield* profile(built, config, identity.seed);
    const workers = args.value("workers") ?? "auto";
    const ranks = workers === "auto"
      ? automaticWorkers(config, device.name)
      : yield* wholeNumber("train", "workers", workers, 1);
    const source = yield* gradientSource({
      built,
      config,
      identity,
      device: device.name,
      blas: blas ?? "off",
      data: yield* dataFolderOf(args),
      workers: ranks,
    });
    if (!args.flag("resume")) yield* createRun(folder, identity);
    const loaded = args.flag("resume") ? yield* loadCheckpoint(folder) : undefined;
    for (const corrupt of loaded?.passedOver ?? []) yield* say(`warning: ${corrupt.message}`);
    yield* setAside(loaded?.passedOver ?? []);
    if (loaded !== undefined) yield* checkIdentity(folder, identity, loaded.state);
    const from = loaded?.state ?? initialTrainingState(built, config, identity.seed);
    yield* cutMetrics(folder, from.iteration);
    yield* appendSession(folder, sessionOf(opened, ranks, from.iteration));
    yield* say(
      `${
        loaded === undefined ? "training" : `resuming at iteration ${from.iteration}`
      }: ${identity.pipeline}, preset ` +
        `${identity.preset}, seed ${identity.seed}, ${countWeights(from)} weights, ${ranks} ` +
        `${ranks === 1 ? "thread" : "threads"}, into ${folder}`,
    );
    const { iterations } = config.training;
    const bar = progress(iterations, from.iteration);
    const name = folder.replace(/^runs\//, "");
    const trained = yield* train({
      built,
      config,
      seed: identity.seed,
      folder,
      metadata: { run: yield* identityHash(identity), identity: JSON.stringify(identity), device: device.name },
      source,
      onEvent: (event) => showEvent(event, bar.update, from),
    }, from).pipe(
      Effect.ensuring(bar.stop),
      Effect.onInterrupt(() => say(`interrupted; go on with: deno task train --resume --run ${name}`)),
    );
    yield* say(`trained ${trained.iteration} iterations in ${duration(trained.elapsedSeconds)}`);
    disposeTrainingState(trained);
    return yield* evaluateAndReport(folder, { json: args.flag("json"), data: yield* dataFolderOf(args) });
  }));
}

function printConfig(args: Arguments) {
  return Effect.gen(function* () {
    const { pipeline } = yield* findPipeline(args.positional[0] ?? defaultPipeline);
    const { config } = yield* resolveConfig(pipeline, requestOf(args));
    yield* print(new TextDecoder().decode(encodeJson(config)).trimEnd());
  });
}

function newRun(args: Arguments) {
  return Effect.gen(function* () {
    const { pipeline, module } = yield* findPipeline(args.positional[0] ?? defaultPipeline);
    const { preset, config } = yield* resolveConfig(pipeline, requestOf(args));
    const seed = yield* wholeNumber("train", "seed", args.value("seed") ?? "0");
    const run = args.value("run");
    const folder = run === undefined ? yield* nextRunName(`runs/${pipeline.name}-${preset}`) : runFolderOf(run);
    const identity: RunIdentity = {
      format: runFormat,
      pipeline: pipeline.name,
      module,
      preset,
      seed,
      config: config as unknown as JsonObject,
    };
    return {
      folder,
      identity,
      config,
      built: yield* buildWithData(pipeline, config, yield* dataFolderOf(args)),
      recorded: undefined,
    };
  });
}

function resumedRun(args: Arguments) {
  return Effect.gen(function* () {
    for (const option of ["preset", "seed"]) {
      if (args.value(option) !== undefined) yield* fixedByRun(`--${option}`);
    }
    if (args.list("set").length > 0) yield* fixedByRun("--set");
    const run = args.value("run");
    const { pipeline } = yield* findPipeline(args.positional[0] ?? defaultPipeline);
    const folder = run === undefined ? yield* latestRunOf(pipeline.name) : runFolderOf(run);
    const opened = yield* openRun(folder, yield* dataFolderOf(args));
    const [recorded] = (yield* readLines<RecordedDevice>(runFile(folder, "sessions"))).slice(-1);
    return { folder, ...opened, recorded };
  });
}

function fixedByRun(option: string): Effect.Effect<never, WrongUse> {
  return Effect.fail(
    new WrongUse({
      command: "deno task train --resume",
      problem: `${option} would change what the run is`,
      remedy: `leave ${option} out, or start a new run`,
    }),
  );
}

function requestOf(args: Arguments) {
  const preset = args.value("preset");
  return { ...(preset === undefined ? {} : { preset }), set: args.list("set") };
}

function countWeights({ weights }: TrainingState): number {
  return Object.values(weights).reduce((total, { size }) => total + size, 0);
}

function showEvent(
  event: TrainingEvent,
  update: (done: number, text: string) => Effect.Effect<void>,
  from: TrainingState,
): Effect.Effect<void> {
  if (event.kind === "checkpoint") return Effect.void;
  const { line, iterations } = event;
  const rate = (line.iteration - from.iteration) / Math.max(1e-9, line.elapsedSeconds - from.elapsedSeconds);
  const steps = line.lossPerStep.length <= 6
    ? line.lossPerStep
    : line.lossPerStep.filter((_, k) => k === 0 || (k + 1) % Math.ceil(line.lossPerStep.length / 5) === 0);
  const text = `loss per step ${steps.map((loss) => loss.toPrecision(3)).join(" ")}  ` +
    `${line.tasksPerSecond.toFixed(0)} tasks/s  ${duration((iterations - line.iteration) / rate)} left` +
    (line.validation === undefined ? "" : `  validation ${line.validation.toPrecision(4)}`);
  return update(line.iteration, text);
}
