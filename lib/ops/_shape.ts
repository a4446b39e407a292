import type { Tensor } from "@tensorflow/tfjs";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";

/** An axis of an expected shape: a name for any length, or the length it must have. */
export type Axis = string | number;

/** Throws {@linkcode ShapeMismatch} unless the tensor has these axes. */
export function checkShape(where: string, tensor: Tensor, axes: readonly Axis[], remedy: string): void {
  const fits = tensor.rank === axes.length &&
    axes.every((axis, i) => typeof axis === "string" || axis === tensor.shape[i]);
  if (!fits) throw new ShapeMismatch({ where, expected: `[${axes.join(", ")}]`, found: tensor.shape, remedy });
}

/** Throws {@linkcode ShapeMismatch} unless the tensor has at least two axes. */
export function checkLastAxis(where: string, tensor: Tensor, remedy: string): void {
  if (tensor.rank >= 2) return;
  throw new ShapeMismatch({ where, expected: "[…, features]", found: tensor.shape, remedy });
}
