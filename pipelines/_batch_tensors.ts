import type * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";
import type { TaskFamily } from "../lib/stages/mod.ts";
import type { HeldState } from "./held_state.ts";
import { type Rows, toTensor } from "./_to_tensor.ts";

/** A mini-batch: x `[observations, features]`, y `[observations, outputs]` (values, or one-hot classes). */
export interface Batch {
  /** Inputs, features last. */
  readonly x: Rows;
  /** Targets of the same rows, outputs last. */
  readonly y: Rows;
}

/** A mini-batch as tensors of the caller's, for the tasks of a state; throws {@linkcode ShapeMismatch}. */
export function batchTensors(family: TaskFamily, batch: Batch, state: HeldState): [tf.Tensor3D, tf.Tensor3D] {
  const x = toTensor(batch.x, family.features, "batch.x");
  try {
    const y = toTensor(batch.y, family.outputs, "batch.y");
    const tasks = state.queries.shape[0];
    if (x.shape[0] === tasks && y.shape[0] === tasks && x.shape[1] === y.shape[1]) return [x, y];
    y.dispose();
    throw new ShapeMismatch({
      where: "refine",
      expected: `x and y of ${tasks} task(s), as the state has, with equally many rows`,
      found: [...x.shape, ...y.shape],
      remedy: "give one target a row, for the tasks that init was told",
    });
  } catch (thrown) {
    x.dispose();
    throw thrown;
  }
}
