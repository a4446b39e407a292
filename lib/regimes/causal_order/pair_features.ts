import * as tf from "@tensorflow/tfjs";
import { inverseOf } from "./inverse.ts";

/** Numbers that tell of a pair of nodes. */
export const pairFeatureCount = 27;

/** Added to every variance, so that collinear nodes have an inverse in 32-bit floats. */
const jitter = 1e-3;

/** How large a centred logit gets. */
const most = 3;

/**
 * How moments of third and fourth order are told: as correlations of powers, of the same size and as noisy whatever the
 * tails of the noise, which may be heavier than in training; or plain, which tells more under the noise of training.
 */
export type MomentKind = "correlations" | "plain";

/** What pairs are told from. */
export interface PairSource {
  /** Samples `[tasks, samples, nodes]`. */
  readonly x: tf.Tensor3D;
  /** Leaf logits `[tasks, queries, nodes]`. */
  readonly logits: tf.Tensor3D;
  /** Which nodes are present, 1 or 0, `[tasks, queries, nodes]`. */
  readonly present: tf.Tensor3D;
  /** How moments are told; correlations unless said. */
  readonly moments?: MomentKind;
  /** What each sample weighs in a mean, `[1, samples, 1]`; the same unless said. */
  readonly share?: tf.Tensor3D;
}

/** Means over samples, `[batch, 1, nodes]`, and of products, `[batch, nodes, nodes]`. */
interface Means {
  readonly of: (x: tf.Tensor3D) => tf.Tensor3D;
  /** Of aᵢ bⱼ. */
  readonly cross: (a: tf.Tensor3D, b: tf.Tensor3D) => tf.Tensor3D;
}

function meansBy(share: tf.Tensor3D | undefined): Means {
  const product = (a: tf.Tensor3D, b: tf.Tensor3D) => tf.matMul(a, b, true, false) as tf.Tensor3D;
  if (share === undefined) return { of: (x) => x.mean(1, true), cross: (a, b) => product(a, b).div(a.shape[1]) };
  return { of: (x) => x.mul(share).sum(1, true), cross: (a, b) => product(a.mul(share), b) };
}

/**
 * What a mini-batch says of each pair (i, j) of present nodes: `[tasks · queries, nodes · nodes, features]`, owned by the
 * caller. Correlation and partial correlation; third and fourth cross moments; the same between what a linear regression
 * on all other present nodes leaves of i (its residual) and j; log 1/(1 − R²) of both; logits and probabilities of both;
 * whether i is j; how many are present. A leaf's residual is its noise, so that it does not depend on any other node.
 * Source: RECIPES.md (the pair model); residual moments are beyond it.
 */
export function pairFeatures(
  { x, logits, present, moments: kind = "correlations", share }: PairSource,
): tf.Tensor3D {
  return tf.tidy(() => {
    const means = meansBy(share);
    const [tasks, , nodes] = x.shape, queries = present.shape[1], grids = tasks * queries;
    const z = standardised(x, means);
    const perTask = taskMoments(powersOf(z, kind, means), kind, means).map((m) => perQuery(m, queries));
    const mask = present.reshape<tf.Tensor3D>([grids, nodes, 1]);
    const there = tf.matMul(mask, mask, false, true) as tf.Tensor3D;
    const eye = tf.eye(nodes).expandDims<tf.Tensor3D>(0), others = tf.sub<tf.Tensor3D>(1, eye);
    const correlation = perTask[0]!;
    // Absent nodes are strangers of variance 1.
    const inverse = inverseOf(correlation.mul(there).mul<tf.Tensor3D>(others).add(eye.mul(1 + jitter)));
    const diagonal = inverse.mul(eye).sum<tf.Tensor3D>(2, true);
    const scale = diagonal.rsqrt<tf.Tensor3D>();
    const partial = inverse.mul(tf.matMul(scale, scale, false, true)).mul<tf.Tensor3D>(others.neg());
    const powers = powersOf(perQuery(z, queries), kind, means);
    const residuals = powersOf(standardised(tf.matMul(powers[0], inverse) as tf.Tensor3D, means), kind, means);
    const moments = [
      correlation,
      partial,
      ...withSwapped(perTask.slice(1, 3)),
      perTask[3]!,
      ...residualMoments(residuals, powers, kind, means),
    ];
    const ofNodes = [diagonal.log(), centredLogits(logits, present), probabilities(logits, present).mul(2)];
    const ones = tf.ones<tf.Rank.R3>([grids, 1, nodes]);
    // A column times a row of ones: every pair's first node.
    const nodewise = ofNodes.map((v) => tf.matMul(v.reshape<tf.Tensor3D>([grids, nodes, 1]), ones) as tf.Tensor3D);
    const same = eye.tile<tf.Tensor3D>([grids, 1, 1]);
    const all = tf.stack([...moments, ...withSwapped(nodewise), same, sizeOf()], 1);
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

/** A variable, its square less 1 and its cube over samples, `[batch, samples, nodes]`; all of variance 1 for correlations. */
type Powers = readonly [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];

function powersOf(z: tf.Tensor3D, kind: MomentKind, means: Means): Powers {
  const square = z.square<tf.Tensor3D>().sub<tf.Tensor3D>(1), cube = z.square().mul<tf.Tensor3D>(z);
  return kind === "plain" ? [z, square, cube] : [z, standardised(square, means), standardised(cube, means)];
}

/** With correlation c, normal variables have these multiples of c (cube with variable) and of c² (square with square). */
function underNormal(kind: MomentKind): { readonly cube: number; readonly square: number } {
  return kind === "plain" ? { cube: 3, square: 2 } : { cube: 3 / Math.sqrt(15), square: 1 };
}

/** xᵢ, xᵢ², xᵢ³ with xⱼ and xᵢ² with xⱼ²; the last two less what they are under a normal distribution. */
function taskMoments([z, square, cube]: Powers, kind: MomentKind, { cross }: Means): tf.Tensor3D[] {
  const correlation = cross(z, z), normal = underNormal(kind);
  const fourth = limited(cross(cube, z).sub<tf.Tensor3D>(correlation.mul(normal.cube)));
  const squared = limited(cross(square, square).sub<tf.Tensor3D>(correlation.square().mul(normal.square)));
  return [correlation, limited(cross(square, z)), fourth, squared];
}

/** What shows whether a residual depends on another node, and on another residual. */
function residualMoments(
  [e, e2, e3]: Powers,
  [z, z2, z3]: Powers,
  kind: MomentKind,
  { cross }: Means,
): tf.Tensor3D[] {
  const squares = cross(e2, e2).sub<tf.Tensor3D>(cross(e, e).square().mul(underNormal(kind).square));
  const directed = [cross(e2, z), cross(e, z2), cross(e2, z2), cross(e, z3), cross(e2, e)];
  return [...withSwapped(directed), cross(e3, z), squares].map(limited);
}

/** About linear up to 3, which it never passes: beyond that a moment says "many". */
function limited(m: tf.Tensor3D): tf.Tensor3D {
  return m.div(m.square().div(9).add(1).sqrt());
}

/** Each followed by itself with i and j exchanged: for those that are not symmetric. */
function withSwapped(moments: readonly tf.Tensor3D[]): tf.Tensor3D[] {
  return moments.flatMap((m) => [m, swapped(m)]);
}

function swapped(m: tf.Tensor3D): tf.Tensor3D {
  return m.transpose([0, 2, 1]);
}

/** Mean 0 and variance 1 over samples; 0 where a node does not vary. */
function standardised(x: tf.Tensor3D, means: Means): tf.Tensor3D {
  const centred = x.sub<tf.Tensor3D>(means.of(x));
  return centred.mul(means.of(centred.square()).add(1e-9).rsqrt());
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
