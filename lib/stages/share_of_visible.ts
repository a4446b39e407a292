import * as tf from "@tensorflow/tfjs";
import { fromLengths } from "./from_lengths.ts";
import type { Lengths } from "./regime.ts";

/** Whether lengths are one drawn length for everybody, of which tensors may be made that a replay supplies. */
export function isOneLength(lengths: Lengths): lengths is Int32Array {
  return lengths instanceof Int32Array && lengths.length === 1;
}

/**
 * What each observation weighs in a mean over the visible ones, `[1, observations, 1]`: 1 / n up to the n-th, and exactly
 * 0 after, so that a mean is a weighted sum of the same shape whatever n is drawn. The caller owns it.
 *
 * @example Two of four are visible
 * ```ts
 * import { shareOfVisible } from "@amortize/core/stages";
 * import { assertEquals } from "@std/assert";
 *
 * const share = shareOfVisible(Int32Array.of(2), 4);
 * assertEquals([...await share.data()], [0.5, 0.5, 0, 0]);
 * share.dispose();
 * ```
 */
export function shareOfVisible(lengths: Int32Array, observations: number): tf.Tensor3D {
  return fromLengths(lengths, ([visible = observations]) => {
    const shares = Float32Array.from({ length: observations }, (_, i) => i < visible ? 1 / visible : 0);
    return tf.tensor3d(shares, [1, observations, 1]);
  });
}
