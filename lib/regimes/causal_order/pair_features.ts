import * as tf from "@tensorflow/tfjs";
import { inverseOf } from "./inverse.ts";

/** Numbers that tell of a pair of nodes. */
export const pairFeatureCount = 27;

/** Added to every variance, so that collinear nodes have an inverse in 32-bit floats. */
const jitter = 1e-3;

/** Beyond about so many, a moment says "many". */
const most = 3;

/**
 * Before moments of third and fourth order, samples are kept within about so many standard deviations: a few far ones
 * would decide them, and under noise with heavier tails than in training all would be others.
 */
const largestSample = 2;

/** What pairs are told from. */
export interface PairSource {
  /** Samples `[tasks, samples, nodes]`. */
  readonly x: tf.Tensor3D;
  /** Leaf logits `[tasks, queries, nodes]`. */
  readonly logits: tf.Tensor3D;
  /** Which nodes are present, 1 or 0, `[tasks, queries, nodes]`. */
  readonly present: tf.Tensor3D;
}

/**
 * What a mini-batch says of each pair (i, j) of present nodes: `[tasks · queries, nodes · nodes, features]`, owned by the
 * caller. Correlation and partial correlation; third and fourth cross moments; the same between what a linear regression
 * on all other present nodes leaves of i (its residual) and j; log 1/(1 − R²) of both; logits and probabilities of both;
 * whether i is j; how many are present. A leaf's residual is its noise, so that it does not depend on any other node.
 * Source: RECIPES.md (the pair model); residual moments are beyond it.
 */
export function pairFeatures({ x, logits, present }: PairSource): tf.Tensor3D {
  return tf.tidy(() => {
    const [tasks, , nodes] = x.shape, queries = present.shape[1], grids = tasks * queries;
    const z = standardised(x);
    const tame = unitPower(limitedTo(largestSample, z));
    const perTask = [cross(z, z), ...highMoments(tame)].map((m) => perQuery(m, queries));
    const mask = present.reshape<tf.Tensor3D>([grids, nodes, 1]);
    const there = tf.matMul(mask, mask, false, true) as tf.Tensor3D;
    const eye = tf.eye(nodes).expandDims<tf.Tensor3D>(0), others = tf.sub<tf.Tensor3D>(1, eye);
    const correlation = perTask[0]!;
    // Absent nodes are strangers of variance 1.
    const inverse = inverseOf(correlation.mul(there).mul<tf.Tensor3D>(others).add(eye.mul(1 + jitter)));
    const diagonal = inverse.mul(eye).sum<tf.Tensor3D>(2, true);
    const scale = diagonal.rsqrt<tf.Tensor3D>();
    const partial = inverse.mul(tf.matMul(scale, scale, false, true)).mul<tf.Tensor3D>(others.neg());
    const raw = unitPower(tf.matMul(perQuery(z, queries), inverse) as tf.Tensor3D);
    const e = unitPower(limitedTo(largestSample, raw));
    const moments = [
      correlation,
      partial,
      ...withSwapped(perTask.slice(1, 3)),
      perTask[3]!,
      ...residualMoments(e, perQuery(tame, queries)),
    ];
    const limited = limitedTo(most, tf.stack(moments, 1));
    const ofNodes = [diagonal.log(), centredLogits(logits, present), probabilities(logits, present).mul(2)];
    const ones = tf.ones<tf.Rank.R3>([grids, 1, nodes]);
    // A column times a row of ones: every pair's first node.
    const nodewise = ofNodes.map((v) => tf.matMul(v.reshape<tf.Tensor3D>([grids, nodes, 1]), ones) as tf.Tensor3D);
    const same = eye.tile<tf.Tensor3D>([grids, 1, 1]);
    const all = tf.concat([limited, tf.stack([...withSwapped(nodewise), same, sizeOf()], 1)], 1);
    return swapped(all.reshape<tf.Tensor3D>([grids, all.shape[1]!, nodes * nodes]));

    /** log of how many nodes are present, at every pair. */
    function sizeOf(): tf.Tensor3D {
      const each = mask.sum<tf.Tensor3D>(1, true).log();
      return each.tile<tf.Tensor3D>([1, nodes * nodes, 1]).reshape([grids, nodes, nodes]);
    }

    /** `[tasks, …]` once per query: `[tasks · queries, …]`. */
    function perQuery(m: tf.Tensor3D, times: number): tf.Tensor3D {
      if (times === 1) return m;
      return m.expandDims(1).tile([1, times, 1, 1]).reshape([grids, m.shape[1], m.shape[2]]);
    }
  });
}

/** E xᵢ² xⱼ; E xᵢ³ xⱼ and E xᵢ² xⱼ², less about what they are under a normal distribution. */
function highMoments(z: tf.Tensor3D): tf.Tensor3D[] {
  const squares = z.square<tf.Tensor3D>();
  const correlation = cross(z, z);
  const third = cross(squares, z), fourth = cross(squares.mul(z), z).sub<tf.Tensor3D>(correlation.mul(3));
  const squared = cross(squares, squares).sub(1).sub<tf.Tensor3D>(correlation.square().mul(2));
  return [third, fourth, squared];
}

/** The moments that show whether a residual depends on another node, and on another residual. */
function residualMoments(e: tf.Tensor3D, z: tf.Tensor3D): tf.Tensor3D[] {
  const [e2, z2] = [e.square<tf.Tensor3D>(), z.square<tf.Tensor3D>()], ee = cross(e, e);
  return [
    ...withSwapped([
      cross(e2, z),
      cross(e, z2),
      cross(e2, z2).sub(1),
      cross(e, z2.mul(z)),
      cross(e2, e),
    ]),
    cross(e2.mul(e), z),
    cross(e2, e2).sub(1).sub<tf.Tensor3D>(ee.square().mul(2)),
  ];
}

/** Means over samples of aᵢ bⱼ: `[batch, nodes, nodes]`. */
function cross(a: tf.Tensor, b: tf.Tensor): tf.Tensor3D {
  return (tf.matMul(a, b, true, false) as tf.Tensor3D).div(a.shape[1]!);
}

/** Each followed by itself with i and j exchanged; but one that is symmetric already. */
function withSwapped(moments: readonly tf.Tensor3D[]): tf.Tensor3D[] {
  return moments.flatMap((m) => [m, swapped(m)]);
}

function swapped(m: tf.Tensor3D): tf.Tensor3D {
  return m.transpose([0, 2, 1]);
}

/** About linear up to a bound, which it never passes. */
function limitedTo<T extends tf.Tensor>(bound: number, m: T): T {
  return m.div(m.square().div(bound ** 2).add(1).sqrt());
}

/** Mean 0 and variance 1 over samples; 0 where a node does not vary. */
function standardised(x: tf.Tensor3D): tf.Tensor3D {
  const centred = x.sub<tf.Tensor3D>(x.mean(1, true));
  return unitPower(centred);
}

function unitPower(x: tf.Tensor3D): tf.Tensor3D {
  return x.mul(x.square().mean(1, true).add(1e-9).rsqrt());
}

/** Logits less their mean over the present nodes, kept within about ±`most` · 2. */
function centredLogits(logits: tf.Tensor3D, present: tf.Tensor3D): tf.Tensor3D {
  const mean = logits.mul(present).sum(2, true).div(present.sum(2, true));
  return logits.sub(mean).mul(present).div(2 * most).tanh().mul(most);
}

/** Softmax over the present nodes. */
export function probabilities(logits: tf.Tensor3D, present: tf.Tensor3D): tf.Tensor3D {
  return logits.add<tf.Tensor3D>(present.sub(1).mul(1e9)).softmax();
}
