import * as tf from "@tensorflow/tfjs";
import type { DataType, Tensor } from "@tensorflow/tfjs";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Tensors } from "./compiled.ts";

/** Shape and type of an input as it was recorded. */
export interface InputFacts {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/**
 * A check that throws {@linkcode ShapeMismatch} unless all inputs are there, as they were when `name` was recorded. Most
 * come again and again, weights and moments, and are looked at once.
 */
export function inputCheck(name: string, inputs: ReadonlyMap<string, InputFacts>): (tensors: Tensors) => void {
  const seen = new Map<string, Tensor>();
  return (tensors) => {
    for (const [input, facts] of inputs) {
      const tensor = tensors[input];
      if (tensor !== undefined && seen.get(input) === tensor) continue;
      checkInput(name, input, facts, tensor);
      seen.set(input, tensor!);
    }
  };
}

function checkInput(name: string, input: string, { shape, dtype }: InputFacts, tensor: Tensor | undefined): void {
  if (tensor?.dtype === dtype && tf.util.arraysEqual(tensor.shape, [...shape])) return;
  throw new ShapeMismatch({
    where: `${name} as recorded, input ${input}${tensor === undefined ? ", which is missing" : ` of ${tensor.dtype}`}`,
    expected: `${dtype} [${shape.join(", ")}]`,
    found: tensor?.shape ?? [],
    remedy: "record it for these, or run it eagerly",
  });
}

/** Why a recording that was disposed does not run. */
export function wasDisposed(name: string): Error {
  return new Error(`Cannot run ${name}: it was disposed`);
}
