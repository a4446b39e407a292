import { Effect } from "effect";
import { surveyBlas } from "../../lib/device/blas.ts";
import { type Device, type DeviceChoice, openDevice } from "../../lib/device/mod.ts";
import { exists } from "../../lib/files/mod.ts";
import { registerKernels, useBlas } from "../../lib/kernels/mod.ts";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import {
  type BuiltPipeline,
  type CommonConfig,
  decodeConfig,
  identityHash,
  type JsonObject,
  readIdentity,
  type RunIdentity,
  type TrainingState,
} from "../../lib/training/mod.ts";
import { type AnyPipeline, findPipeline } from "./_find_pipeline.ts";
import type { Arguments } from "./_options.ts";
import { say } from "./_terminal.ts";

/** Where `deno task data` puts data sets unless told otherwise. */
export const defaultDataFolder = "data";

/** Whether a training's kernels are recorded once and replayed. */
export type ReplayChoice = "auto" | "off";

const replayChoices: readonly string[] = ["auto", "off"] satisfies ReplayChoice[];

const deviceChoices: readonly string[] = ["auto", "webgpu", "wasm", "cpu"] satisfies DeviceChoice[];

/** What a run computed on, as its sessions record it. */
export interface RecordedDevice {
  readonly device: string;
  /** The BLAS library's path; null where products were our own. */
  readonly blas: string | null;
  /** Which library and which of its cores products went to: their bits depend on it. */
  readonly products: string;
}

/** The device and the BLAS of this process. */
export interface OpenedDevice {
  readonly device: Device;
  /** Path of the library that products go to; null where they are our own. */
  readonly blas: string | null;
  readonly products: string;
  /** Whether to replay: bits are the same either way. */
  readonly replay: ReplayChoice;
}

/** Opens the device and the BLAS that were asked for, or that a run recorded, and says which they are and why. */
export function openChosenDevice(args: Arguments, recorded?: RecordedDevice) {
  return Effect.gen(function* () {
    const asked = args.value("device") ?? recorded?.device ?? "auto";
    if (!deviceChoices.includes(asked)) {
      return yield* new UnknownOption({ kind: "device", found: asked, nearest: deviceChoices });
    }
    const replay = args.value("replay") ?? "auto";
    if (!replayChoices.includes(replay)) {
      return yield* new UnknownOption({ kind: "way to replay", found: replay, nearest: replayChoices });
    }
    const opening = yield* openDevice(asked as DeviceChoice, { kernels: registerKernels });
    const isRecorded = recorded !== undefined && args.value("device") === undefined;
    const device: Device = isRecorded ? { ...opening, why: "as the run recorded" } : opening;
    const survey = yield* surveyBlas(device.name === "wasm" ? blasChoice(args, recorded) : "off");
    useBlas(survey.blas);
    const told = device.name === "wasm" ? `; products: ${survey.description}` : "";
    yield* say(`device: ${device.description} (${device.why})${told}`);
    const products = survey.blas?.description ?? "own";
    const opened: OpenedDevice = {
      device,
      blas: survey.blas?.path ?? null,
      products,
      replay: replay as ReplayChoice,
    };
    return opened;
  });
}

function blasChoice(args: Arguments, recorded: RecordedDevice | undefined): string {
  return args.value("blas") ?? (recorded === undefined ? "auto" : recorded.blas ?? "off");
}

/** A run that is open: what it is, and its stages with their data. */
export interface OpenRun {
  readonly identity: RunIdentity;
  readonly config: CommonConfig;
  readonly built: BuiltPipeline;
}

/** A run folder's identity, with its pipeline and configuration rebuilt, and the data that its tasks are drawn from. */
export function openRun(folder: string, dataFolder: string | undefined) {
  return Effect.gen(function* () {
    const identity = yield* readIdentity(folder);
    const { pipeline } = yield* findPipeline(identity.module);
    const config = yield* decodeConfig(pipeline, identity.config);
    return { identity, pipeline, config, built: yield* buildWithData(pipeline, config, dataFolder) };
  });
}

/** The folder of data sets: `--data`, else AMORTIZE_DATA, else `data` where there is such a folder. */
export function dataFolderOf(args: Arguments): Effect.Effect<string | undefined, WrongUse> {
  return Effect.gen(function* () {
    const named = args.value("data") ?? (yield* fromEnvironment);
    if (named !== undefined) return named;
    return (yield* exists(defaultDataFolder)) ? defaultDataFolder : undefined;
  });
}

const fromEnvironment = Effect.try({
  try: () => Deno.env.get("AMORTIZE_DATA"),
  catch: () =>
    new WrongUse({
      command: "without --data",
      problem: "the variable AMORTIZE_DATA, which may name the folder of data sets, cannot be read",
      remedy: "run deno with --allow-env=AMORTIZE_DATA, or name the folder by --data DIR",
    }),
});

/** Builds a pipeline with the data that its tasks are drawn from, read from the folder of data sets. */
export function buildWithData(pipeline: AnyPipeline, config: CommonConfig, dataFolder: string | undefined) {
  if (pipeline.data === undefined) return Effect.succeed(pipeline.build(config));
  return Effect.map(pipeline.data(config, dataFolder), (data) => pipeline.build(config, data));
}

/** Refuses a checkpoint that was written for another identity than the folder's: config.json was changed. */
export function checkIdentity(folder: string, identity: RunIdentity, state: TrainingState) {
  return Effect.gen(function* () {
    if (state.run === undefined || state.run === (yield* identityHash(identity))) return;
    return yield* new RunNotUsable({
      folder,
      action: "go on with",
      reason: "its config.json is not the one that its checkpoint was written with",
      remedy: "put the original back, or start a new run with the settings wanted",
    });
  });
}

/** What a line of sessions.jsonl holds about this start. */
export function sessionOf(opened: OpenedDevice, workers: number, iteration: number): JsonObject {
  const { device, blas, products, replay } = opened;
  return {
    startedAt: new Date().toISOString(),
    deno: Deno.version.deno,
    tfjs: "4.22.0",
    device: device.name,
    adapter: device.adapter ?? null,
    description: device.description,
    blas,
    products,
    workers,
    replay,
    iteration,
  };
}
