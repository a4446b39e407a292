import * as tf from "@tensorflow/tfjs";
import type { SampledTasks } from "../stages/task_sampling.ts";

/** A tensor as plain data. */
interface PackedTensor {
  readonly packed: "tensor";
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** A sample as plain data, which goes from thread to thread; read by {@linkcode unpackSample}. */
export interface PackedSample {
  /** The sample, every tensor in it packed. */
  readonly sample: unknown;
  /** All tensors' memory, to hand over with it. */
  readonly buffers: readonly ArrayBuffer[];
}

/** Packs a sample and frees its tensors. Waits for the device. */
export function packSample(sampled: SampledTasks): PackedSample {
  const buffers: ArrayBuffer[] = [];
  const sample = mapped(sampled, (value) => {
    if (!(value instanceof tf.Tensor)) return undefined;
    const values = value.dataSync().slice() as Float32Array<ArrayBuffer>; // the device keeps what it answers
    buffers.push(values.buffer);
    const packed: PackedTensor = { packed: "tensor", shape: value.shape, dtype: value.dtype, values };
    value.dispose();
    return packed;
  });
  return { sample, buffers };
}

/** The sample again, with the same bits; the caller owns all tensors. */
export function unpackSample({ sample }: PackedSample): SampledTasks {
  return mapped(sample, (value) => {
    if (!isPacked(value)) return undefined;
    return tf.tensor(value.values, [...value.shape], value.dtype);
  }) as SampledTasks;
}

function isPacked(value: object): value is PackedTensor {
  return "packed" in value && value.packed === "tensor";
}

/** Every object within, replaced by what `replace` answers; lists and records are gone into, numbers' arrays are kept. */
function mapped(value: unknown, replace: (value: object) => unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(value)) return value.map((item) => mapped(item, replace));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item, replace)]));
}
