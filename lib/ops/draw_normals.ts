import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { drawStart, normals } from "../random/mod.ts";
import { runKernel } from "./_kernel.ts";

/** What {@linkcode drawNormals} means: `normals`, on the host. */
export function drawNormalsReference(place: Tensor, count: number): Tensor1D {
  const { key, first } = drawStart(place.dataSync<"int32">());
  return tf.tensor1d(normals(key, count, first), "float32");
}

/**
 * `count` standard normal numbers `[count]` of the stream that `place` names, an int32 tensor `[7]` of `drawPlace`: with
 * the bits of `normals` on every backend, owned by the caller; no gradient flows to `place`. Unlike tfjs's own random ops
 * it may be recorded and replayed where there is a kernel: the replay draws from the place that it is given. Make places
 * on the host: tfjs's own ops on webgpu round whole numbers from 2^24 on, slices and joins too. Throws
 * {@linkcode ShapeMismatch}. Kernel: `AmortizePhiloxNormals`.
 *
 * @example Equal places, equal numbers
 * ```ts
 * import { drawNormals } from "@amortize/core/ops";
 * import { drawPlace, keyFor, normals } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * await tf.setBackend("cpu");
 * const key = keyFor(7, "training", 0);
 * const z = drawNormals(tf.tensor1d(drawPlace(key), "int32"), 6); // [count]
 * assertEquals(await z.data(), normals(key, 6));
 * ```
 */
export function drawNormals(place: Tensor, count: number): Tensor1D {
  if (place.dtype !== "int32" || place.shape.length !== 1 || place.size !== 7) {
    const found = place.shape, expected = `int32 [7], not ${place.dtype}`;
    throw new ShapeMismatch({ where: "drawNormals(place)", expected, found, remedy: "make it by drawPlace" });
  }
  if (count === 0) return tf.zeros([0]); // a kernel has nothing to write it with
  const [drawn] = runKernel("AmortizePhiloxNormals", { place }, { count }) ?? [drawNormalsReference(place, count)];
  return drawn as Tensor1D;
}
