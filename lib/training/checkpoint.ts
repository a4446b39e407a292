import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { CheckpointCorrupt } from "../errors/checkpoint_corrupt.ts";
import type { CheckpointNewer } from "../errors/checkpoint_newer.ts";
import { decodeCheckpoint, encodeCheckpoint, type SafeTensors } from "../files/mod.ts";
import type { Weights } from "../model/weights.ts";
import type { TrainingState } from "./training_state.ts";

const groups = { weights: "", first: "adam.first.", second: "adam.second." } as const;
const lossMeansName = "training.lossMeans";

/**
 * A training state as one safetensors file: weights under their names, Adam's moments under `adam.first.` and
 * `adam.second.`, running means under `training.`, counters in the metadata.
 */
export function encodeTrainingState(
  state: TrainingState,
  metadata: Readonly<Record<string, string>> = {},
): Effect.Effect<Uint8Array> {
  return Effect.promise(async () => {
    const tensors: Record<string, SafeTensors[string]> = {};
    const put = async (name: string, tensor: tf.Tensor): Promise<void> => {
      tensors[name] = { dtype: "F32", shape: tensor.shape, data: await tensor.data<"float32">() };
    };
    for (const group of ["weights", "first", "second"] as const) {
      for (const [name, tensor] of Object.entries(state[group])) await put(groups[group] + name, tensor);
    }
    await put(lossMeansName, state.lossMeans);
    return await Effect.runPromise(encodeCheckpoint(tensors, {
      ...metadata,
      iteration: String(state.iteration),
      elapsedSeconds: String(state.elapsedSeconds),
      best: JSON.stringify(state.best ?? null),
    }));
  });
}

/** The weights among a checkpoint's tensors: what refines and predicts, without what only training needs. */
export function weightsAmong(tensors: SafeTensors): SafeTensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !/^(adam|training)\./.test(name)));
}

/** Reads what {@linkcode encodeTrainingState} wrote; the caller owns the tensors. */
export function decodeTrainingState(
  bytes: Uint8Array,
  path: string,
): Effect.Effect<TrainingState, CheckpointCorrupt | CheckpointNewer> {
  return Effect.map(decodeCheckpoint(bytes, path), ({ tensors, metadata }): TrainingState => {
    const read: Record<keyof typeof groups, Record<string, tf.Tensor>> = { weights: {}, first: {}, second: {} };
    let lossMeans: tf.Tensor2D | undefined;
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      const tensor = tf.tensor(data as Float32Array, [...shape], "float32");
      if (name === lossMeansName) lossMeans = tensor as tf.Tensor2D;
      else if (name.startsWith(groups.first)) read.first[name.slice(groups.first.length)] = tensor;
      else if (name.startsWith(groups.second)) read.second[name.slice(groups.second.length)] = tensor;
      else read.weights[name] = tensor;
    }
    const best = JSON.parse(metadata["best"] ?? "null") as NonNullable<TrainingState["best"]> | null;
    return {
      iteration: Number(metadata["iteration"]),
      ...read as Record<keyof typeof groups, Weights>,
      lossMeans: lossMeans ?? tf.zeros([1, 1]),
      elapsedSeconds: Number(metadata["elapsedSeconds"]),
      ...(best === null ? {} : { best }),
      ...(metadata["run"] === undefined ? {} : { run: metadata["run"] }),
    };
  });
}
