import { Effect, Scope } from "effect";
import * as tf from "@tensorflow/tfjs";
import { type DeviceChoice, openDevice } from "../lib/device/mod.ts";
import type { CheckpointCorrupt } from "../lib/errors/checkpoint_corrupt.ts";
import type { CheckpointNewer } from "../lib/errors/checkpoint_newer.ts";
import type { DeviceUnavailable } from "../lib/errors/device_unavailable.ts";
import type { FileNotFound } from "../lib/errors/file_not_found.ts";
import type { FileUnreadable } from "../lib/errors/file_unreadable.ts";
import { InvalidConfiguration } from "../lib/errors/invalid_configuration.ts";
import { decodeCheckpoint, readBytes } from "../lib/files/mod.ts";
import { registerKernels } from "../lib/kernels/mod.ts";
import type { Weights } from "../lib/model/mod.ts";
import { decodeConfig, type Pipeline, runFile, type RunIdentity, weightsAmong } from "../lib/training/mod.ts";
import alphabets from "./alphabets.ts";
import fashionMnist from "./fashion_mnist.ts";
import gmm from "./gmm.ts";
import linearRegression from "./linear_regression.ts";
import { type LoadedRun, loadedRun } from "./loaded_run.ts";
import mnist from "./mnist.ts";
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
 * Loads a trained run: a run folder (its `best` checkpoint), a `.safetensors` file, or a checkpoint's bytes. Rejects
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
    const path = typeof source !== "string"
      ? "from the bytes given"
      : source.endsWith(".safetensors")
      ? source
      : runFile(source, "best");
    const bytes = typeof source === "string" ? yield* readBytes(path) : source;
    const { tensors, metadata } = yield* decodeCheckpoint(bytes, path);
    const identity = JSON.parse(metadata["identity"] ?? "null") as RunIdentity | null;
    const pipeline = options.pipeline ?? builtIn.find(({ name }) => name === identity?.pipeline);
    if (identity === null || pipeline === undefined) {
      const issue = identity === null
        ? "the checkpoint names no pipeline"
        : `pipeline ${identity.pipeline} is not one of the library's: give it as options.pipeline`;
      return yield* new InvalidConfiguration({ what: path, issues: [issue] });
    }
    const config = yield* decodeConfig(pipeline, identity.config);
    if (options.device !== "open") {
      const scope = yield* Scope.make();
      yield* Scope.provide(openDevice(options.device ?? "auto", { kernels: registerKernels }), scope);
    }
    const weights: Weights = Object.fromEntries(
      Object.entries(weightsAmong(tensors)).map(([name, { shape, data }]) => [
        name,
        tf.tensor(data as Float32Array, [...shape], "float32"),
      ]),
    );
    return loadedRun({ identity, config, built: pipeline.build(config), weights });
  });
}
