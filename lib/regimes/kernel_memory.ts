import * as tf from "@tensorflow/tfjs";
import { fromLengths } from "../stages/from_lengths.ts";
import type { Lengths } from "../stages/regime.ts";
import { isOneLength } from "../stages/share_of_visible.ts";

/**
 * What each query remembers of all points seen so far, for each bandwidth h: under a kernel density of that width, how
 * likely its x_t is, and the mean of the points weighted by how likely each makes it.
 */
export type KernelMemory = {
  /** Weighted mean of the points, `[tasks, queries, bandwidths, dimension]`. */
  readonly memoryMean: tf.Tensor4D;
  /** log Σ exp(−‖x_t − t p‖² / 2 (t² h² + (1 − t)²)) over points p, `[tasks, queries, bandwidths]`. */
  readonly memoryMass: tf.Tensor3D;
  /** Points seen, `[tasks, queries, 1]`. */
  readonly memoryCount: tf.Tensor3D;
};

/** The logarithm of no mass at all, far below any other and finite, so that differences are numbers. */
const noMass = -1e9;

/** A memory of nothing; the caller owns it. */
export function emptyMemory(queryX: tf.Tensor3D, bandwidths: number): KernelMemory {
  const [tasks, queries, features] = queryX.shape;
  return {
    memoryMean: tf.zeros([tasks, queries, bandwidths, features - 1]),
    memoryMass: tf.fill([tasks, queries, bandwidths], noMass),
    memoryCount: tf.zeros([tasks, queries, 1]),
  };
}

/** The memory with the visible ones of these points `[tasks, observations, dimension]` added; owned by the caller. */
export function remember(
  { memoryMean, memoryMass, memoryCount }: KernelMemory,
  points: tf.Tensor3D,
  lengths: Lengths,
  queryX: tf.Tensor3D,
  bandwidths: readonly number[],
): KernelMemory {
  return tf.tidy(() => {
    const [tasks, queries] = queryX.shape, [, observations, dimension] = points.shape;
    const { x, t } = splitQuery(queryX);
    const visible = visibleOf(lengths, queryX, observations);
    const apart = x.expandDims(2).sub(t.expandDims(2).mul(points.expandDims(1))).square().sum(3);
    const exponents = apart.expandDims(2).div(varianceOf(t, bandwidths).mul(-2).expandDims(3))
      .add(visible.sub(1).mul(-noMass).expandDims(2));
    const mass = exponents.logSumExp(3);
    const shares = exponents.sub(mass.expandDims(3)).exp();
    const mean = shares.reshape([tasks, queries * bandwidths.length, observations]).matMul(points)
      .reshape([tasks, queries, bandwidths.length, dimension]);
    const largest = tf.maximum(memoryMass, mass);
    const total = memoryMass.sub(largest).exp().add(mass.sub(largest).exp()).log().add<tf.Tensor3D>(largest);
    const kept = memoryMass.sub(total).exp().expandDims(3), fresh = mass.sub(total).exp().expandDims(3);
    return {
      memoryMean: memoryMean.mul(kept).add<tf.Tensor4D>(mean.mul(fresh)),
      memoryMass: total,
      memoryCount: memoryCount.add<tf.Tensor3D>(visible.sum(2, true)),
    };
  });
}

/** The fields of the remembered kernel densities at the queries, `[tasks, queries, bandwidths, dimension]`. */
export function rememberedFields(
  { memoryMean }: KernelMemory,
  queryX: tf.Tensor3D,
  bandwidths: readonly number[],
): tf.Tensor4D {
  return tf.tidy(() => {
    const { x, t } = splitQuery(queryX);
    // As in a mixture's field: covariance of x₁ − x₀ with x_t over the variance of x_t, at the mean.
    const squares = tf.tensor1d(bandwidths.map((h) => h * h));
    const slope = t.mul(squares).sub(tf.sub(1, t)).div(varianceOf(t, bandwidths)).expandDims(3);
    return memoryMean.add<tf.Tensor4D>(slope.mul(x.expandDims(2).sub(t.expandDims(2).mul(memoryMean))));
  });
}

/** x_t `[tasks, queries, dimension]` and t `[tasks, queries, 1]` of query rows. */
export function splitQuery(queryX: tf.Tensor3D): { readonly x: tf.Tensor3D; readonly t: tf.Tensor3D } {
  const dimension = queryX.shape[2] - 1;
  return { x: queryX.slice([0, 0, 0], [-1, -1, dimension]), t: queryX.slice([0, 0, dimension], [-1, -1, 1]) };
}

/** t² h² + (1 − t)², `[tasks, queries, bandwidths]`. */
function varianceOf(t: tf.Tensor3D, bandwidths: readonly number[]): tf.Tensor3D {
  const squares = tf.tensor1d(bandwidths.map((h) => h * h));
  return t.square().mul(squares).add<tf.Tensor3D>(tf.sub(1, t).square());
}

/** 1 where a query may see a point, else 0: `[tasks, queries, observations]`. */
function visibleOf(lengths: Lengths, { shape: [tasks, queries] }: tf.Tensor3D, observations: number): tf.Tensor3D {
  if (lengths === "all") return tf.ones([tasks, queries, observations]);
  const seen = typeof lengths === "number"
    ? tf.fill([tasks, queries, 1], lengths)
    : isOneLength(lengths)
    ? tf.zeros([tasks, queries, 1]).add(fromLengths(lengths, (lengths) => tf.tensor1d(Float32Array.from(lengths))))
    : fromLengths(lengths, (lengths) => tf.tensor3d(Float32Array.from(lengths), [tasks, queries, 1]));
  return tf.range(0, observations).less(seen).toFloat() as tf.Tensor3D;
}
