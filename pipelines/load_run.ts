import { Effect, Scope } from "effect";
import * as tf from "@tensorflow/tfjs";
import { type DeviceChoice, openDevice } from "../lib/device/mod.ts";
import type { CaptureRefused } from "../lib/errors/capture_refused.ts";
import { CheckpointCorrupt } from "../lib/errors/checkpoint_corrupt.ts";
import type { CheckpointNewer } from "../lib/errors/checkpoint_newer.ts";
import type { DeviceUnavailable } from "../lib/errors/device_unavailable.ts";
import type { FileNotFound } from "../lib/errors/file_not_found.ts";
import type { FileUnreadable } from "../lib/errors/file_unreadable.ts";
import { InvalidConfiguration } from "../lib/errors/invalid_configuration.ts";
import { decodeCheckpoint, readBytes, type SafeTensors, type SafetensorsContent } from "../lib/files/mod.ts";
import { registerKernels } from "../lib/kernels/mod.ts";
import type { Weights } from "../lib/model/mod.ts";
import {
  decodeConfig,
  inferenceReplay,
  type Pipeline,
  runFile,
  type RunIdentity,
  weightsAmong,
} from "../lib/training/mod.ts";
import alphabets from "./alphabets.ts";
import fashionMnist from "./fashion_mnist.ts";
import gmm from "./gmm.ts";
import linearRegression from "./linear_regression.ts";
import { type LoadedRun, loadedRun } from "./loaded_run.ts";
import mnist from "./mnist.ts";
import { type CheckpointChoice, readCheckpoint } from "./read_checkpoint.ts";
import table from "./table.ts";
import topologicalOrder from "./topological_order.ts";

/** Pipelines that a checkpoint may name. */
const builtIn: readonly Pipeline[] = [linearRegression, mnist, fashionMnist, table, gmm, alphabets, topologicalOrder]
  .map((pipeline) => pipeline as unknown as Pipeline);

/** How to load a run. */
export interface LoadOptions {
  /** The pipeline, where it is not one of the library's. */
  readonly pipeline?: Pipeline;
  /** Where to compute (`auto`); the device stays open as long as the process. `open`: where the process does already. */
  readonly device?: DeviceChoice | "open";
  /** Which checkpoint of a run folder; `best` unless said. */
  readonly checkpoint?: CheckpointChoice;
  /** Whether refinements and predictions of equal sizes are recorded once and replayed, with the same bits (`auto`). */
  readonly replay?: "auto" | "off";
  /** Hears why something is not replayed; a warning is logged unless said. */
  readonly onRefused?: (refused: CaptureRefused) => Effect.Effect<void>;
}

/** Why a run cannot be loaded. */
export type LoadRunError =
  | CheckpointCorrupt
  | CheckpointNewer
  | DeviceUnavailable
  | FileNotFound
  | FileUnreadable
  | InvalidConfiguration;

/**
 * Loads a trained run: a run folder (its `best` checkpoint unless told another), a `.safetensors` file, or a checkpoint's bytes. Rejects
 * with the typed errors of {@linkcode loadRunEffect}.
 */
export function loadRun(source: string | Uint8Array, options: LoadOptions = {}): Promise<LoadedRun> {
  return Effect.runPromise(loadRunEffect(source, options));
}

/** {@linkcode loadRun} as an effect with typed errors. */
export function loadRunEffect(
  source: string | Uint8Array,
  options: LoadOptions = {},
): Effect.Effect<LoadedRun, LoadRunError> {
  return Effect.gen(function* () {
    const { path, content: { tensors, metadata } } = yield* contentOf(source, options.checkpoint ?? "best");
    const identity = yield* identityOf(metadata["identity"], path);
    const pipeline = options.pipeline ?? builtIn.find(({ name }) => name === identity.pipeline);
    if (pipeline === undefined) {
      const issue = `pipeline ${identity.pipeline} is not one of the library's: give it as options.pipeline`;
      return yield* new InvalidConfiguration({ what: path, issues: [issue] });
    }
    const config = yield* decodeConfig(pipeline, identity.config);
    const kept = weightsAmong(tensors);
    const other = Object.entries(kept).find(([, { dtype }]) => dtype !== "F32");
    if (other !== undefined) {
      const found = `${other[0]} of ${other[1].dtype}`;
      const remedy = "export the run again, or keep its weights as F32";
      return yield* new CheckpointCorrupt({ path, expected: "weights of 32-bit floats (F32)", found, remedy });
    }
    if (options.device !== "open") {
      const scope = yield* Scope.make();
      yield* Scope.provide(openDevice(options.device ?? "auto", { kernels: registerKernels }), scope);
    }
    const onRefused = options.onRefused ?? (({ message }) => Effect.logWarning(message));
    const replay = options.replay === "off" ? undefined : inferenceReplay(onRefused);
    return loadedRun({ identity, config, built: pipeline.build(config), weights: toWeights(kept), replay });
  });
}

function contentOf(source: string | Uint8Array, choice: CheckpointChoice) {
  return Effect.gen(function* () {
    let path = "from the bytes given", content: SafetensorsContent;
    if (typeof source !== "string") content = yield* decodeCheckpoint(source, path);
    else if (source.endsWith(".safetensors")) content = yield* decodeCheckpoint(yield* readBytes(path = source), path);
    else {
      path = runFile(source, choice);
      content = yield* readCheckpoint(source, choice);
    }
    return { path, content };
  });
}

/** The identity that a checkpoint's metadata holds as JSON. */
function identityOf(text: string | undefined, path: string): Effect.Effect<RunIdentity, InvalidConfiguration> {
  const refuse = (issue: string) => new InvalidConfiguration({ what: path, issues: [issue] });
  return Effect.gen(function* () {
    if (text === undefined) return yield* refuse("the checkpoint names no pipeline");
    const read = yield* Effect.try({
      try: () => JSON.parse(text) as Partial<RunIdentity> | null,
      catch: (cause) => refuse(`the run's identity in its metadata is not JSON (${cause})`),
    });
    if (typeof read?.pipeline === "string" && typeof read.config === "object") return read as RunIdentity;
    return yield* refuse("the run's identity in its metadata lacks a pipeline or a configuration");
  });
}

function toWeights(tensors: SafeTensors): Weights {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      tf.tensor(data as Float32Array, [...shape], "float32"),
    ]),
  );
}
