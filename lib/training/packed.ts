import * as tf from "@tensorflow/tfjs";
import type { Weights } from "../model/weights.ts";

/** Where named tensors lie in one array of floats: names sorted, one after another. */
export interface Packing {
  /** Names in order, with shapes and the number of the first float. */
  readonly entries: readonly { readonly name: string; readonly shape: readonly number[]; readonly offset: number }[];
  /** Floats in all. */
  readonly size: number;
}

/** The packing of tensors with these names and shapes. */
export function packingOf(tensors: Weights): Packing {
  let size = 0;
  const entries = Object.keys(tensors).sort().map((name) => {
    const tensor = tensors[name]!;
    const entry = { name, shape: tensor.shape, offset: size };
    size += tensor.size;
    return entry;
  });
  return { entries, size };
}

/** Copies tensors into their places; a missing one becomes zeros. For wasm and cpu, where reading does not wait. */
export function pack(packing: Packing, tensors: Weights, into: Float32Array): void {
  for (const { name, shape, offset } of packing.entries) {
    const tensor = tensors[name];
    const size = shape.reduce((a, b) => a * b, 1);
    if (tensor === undefined) into.fill(0, offset, offset + size);
    else into.set(tensor.dataSync<"float32">(), offset);
  }
}

/** Makes tensors of what lies in their places; the caller owns them. */
export function unpack(packing: Packing, from: Float32Array): Weights {
  return Object.fromEntries(
    packing.entries.map(({ name, shape, offset }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, tf.tensor(from.slice(offset, offset + size), [...shape], "float32")];
    }),
  );
}
