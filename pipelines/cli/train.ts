import { Effect } from "effect";
import { withDeviceFailures } from "../../lib/device/mod.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import {
  encodeJson,
  type JsonObject,
  readLines,
  resolveConfig,
  runFile,
  runFormat,
  type RunIdentity,
} from "../../lib/training/mod.ts";
import { evaluateAndReport } from "./_evaluate_and_report.ts";
import { defaultPipeline, findPipeline } from "./_find_pipeline.ts";
import { buildWithData, dataFolderOf, openChosenDevice, openRun, type RecordedDevice } from "./_open_run.ts";
import { type Arguments, wholeNumber } from "./_options.ts";
import { runFolderOf } from "./_paths.ts";
import { profile } from "./_profile.ts";
import { latestRunOf, nextRunName } from "./_run_names.ts";
import { print, say } from "./_terminal.ts";
import { trainRun } from "./_train_run.ts";
import { workersOf } from "./_workers.ts";

/** `deno task train`: trains a new run, or goes on with one, then evaluates it and writes its report. */
export default function trainCommand(args: Arguments) {
  return Effect.scoped(withDeviceFailures(Effect.gen(function* () {
    if (args.flag("print-config")) return yield* printConfig(args);
    const run = yield* args.flag("resume") ? resumedRun(args) : newRun(args);
    const { folder, identity, config, built, recorded } = run;
    const opened = yield* openChosenDevice(args, recorded);
    const { device } = opened;
    if (recorded !== undefined && (device.name !== recorded.device || opened.products !== recorded.products)) {
      const was = `${recorded.device}${recorded.blas === null ? "" : ` with ${recorded.products}`}`;
      return yield* new WrongUse({
        command: "deno task train --resume",
        problem: `run ${folder} was trained on ${was}, and its bits hold there only`,
        remedy: "leave out --device and --blas, or start a new run",
      });
    }
    if (args.flag("profile")) return yield* profile(built, config, identity.seed);
    const data = yield* dataFolderOf(args);
    const workers = yield* workersOf("train", args, config, device.name);
    const goOn = goOnCommand(args, folder);
    yield* trainRun({ folder, identity, config, built, opened, data, workers, resume: args.flag("resume"), goOn });
    const evaluated = evaluateAndReport(folder, { json: args.flag("json"), data, run, replay: opened.replay });
    return yield* Effect.onInterrupt(
      evaluated,
      () => say(`interrupted; training is complete, measure it with: ${runCommand("eval", args, folder, ["data"])}`),
    );
  })));
}

/** What goes on with the run, on as many threads and with the same data. */
function goOnCommand(args: Arguments, folder: string): string {
  return runCommand("train --resume --run", args, folder, ["workers", "data", "replay"]);
}

/** A command on the run, with these options as they are. */
function runCommand(command: string, args: Arguments, folder: string, options: readonly string[]): string {
  const kept = options.flatMap((name) => {
    const value = args.value(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  return [`deno task ${command}`, folder.replace(/^runs\//, ""), ...kept].join(" ");
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
    const method = args.value("method");
    const name = [pipeline.name, preset, ...(method === undefined ? [] : [method])].join("-");
    const folder = run === undefined ? yield* nextRunName(`runs/${name}`) : runFolderOf(run);
    const identity: RunIdentity = {
      format: runFormat,
      pipeline: pipeline.name,
      module,
      preset,
      ...(method === undefined ? {} : { method }),
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
    for (const option of ["preset", "method", "seed"]) {
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
  const preset = args.value("preset"), method = args.value("method");
  return {
    ...(preset === undefined ? {} : { preset }),
    ...(method === undefined ? {} : { method }),
    set: args.list("set"),
  };
}
