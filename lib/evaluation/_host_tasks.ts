import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { SampledTasks } from "../stages/task_sampling.ts";
import type { Observations } from "../stages/task_family.ts";
import type { BuiltPipeline } from "../training/pipeline.ts";
import type { TaskBatch } from "./task_batch.ts";

/** Mini-batches as one: their observations in order. The caller owns the result. */
export function joined(batches: readonly Observations[]): Observations {
  const axis = 1;
  return {
    x: tf.concat(batches.map(({ x }) => x), axis) as tf.Tensor3D,
    y: tf.concat(batches.map(({ y }) => y), axis) as tf.Tensor3D,
  };
}

/** A chunk of sampled tasks, read to the host. */
export interface HostChunk {
  readonly contextX: Float32Array;
  readonly contextY: Float32Array;
  readonly queryX: Float32Array;
  readonly queryY: Float32Array;
  readonly truth: Readonly<Record<string, Float32Array>>;
}

/** Reads a sample to the host, with the tasks' own parameters where a limit needs them; the sample stays the caller's. */
export function hostChunk({ drawn, batches, queries }: SampledTasks, withTruth: boolean): Effect.Effect<HostChunk> {
  return Effect.promise(async () => {
    const context = tf.tidy(() => joined(batches));
    const read = async (tensor: tf.Tensor): Promise<Float32Array> => Float32Array.from(await tensor.data());
    const truth: Record<string, Float32Array> = {};
    for (const [name, value] of Object.entries(withTruth ? drawn : {})) {
      if (value instanceof tf.Tensor) truth[name] = await read(value);
    }
    const host = {
      contextX: await read(context.x),
      contextY: await read(context.y),
      queryX: await read(queries.x),
      queryY: await read(queries.y),
      truth,
    };
    tf.dispose(context);
    return host;
  });
}

/** Tasks on the host, with the parameters that made them. */
export interface HostTasks {
  /** Observations and queries of every task. */
  readonly batch: TaskBatch;
  /** The tasks' own parameters, for references that need them, by name, `[tasks, …]` flattened. */
  readonly truth: Readonly<Record<string, Float32Array>>;
}

/** Chunks, in order, as one batch. */
export function joinHosts(
  chunks: readonly HostChunk[],
  { family, ...sizes }: Pick<TaskBatch, "tasks" | "observations" | "queries"> & {
    readonly family: BuiltPipeline["family"];
  },
): HostTasks {
  const join = (of: (chunk: HostChunk) => Float32Array): Float32Array => {
    const parts = chunks.map(of);
    const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  };
  const truth = Object.fromEntries(Object.keys(chunks[0]!.truth).map((name) => [name, join((c) => c.truth[name]!)]));
  return {
    batch: {
      ...sizes,
      features: family.features,
      outputs: family.outputs,
      contextX: join((c) => c.contextX),
      contextY: join((c) => c.contextY),
      queryX: join((c) => c.queryX),
      queryY: join((c) => c.queryY),
    },
    truth,
  };
}
