import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { product, swapLastTwo } from "./_product.ts";
import { checkShape } from "./_shape.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode attention} means, in plain tfjs; the tests' reference. */
export function attentionReference(qkv: Tensor, mask: Tensor, heads: number): Tensor3D {
  return tf.tidy(() => {
    const [q, k, v] = splitHeads(qkv, heads);
    return mergeHeads(tf.matMul(weightsOf(q, k, mask), v)) as Tensor3D;
  });
}

/**
 * Attention of every position to the visible ones, in `heads` separate subspaces.
 *
 * qkv `[tasks, positions, 3 · width]` holds queries, keys and values side by side, each split into `heads` slices of
 * width / heads; mask `[1 | tasks, positions, positions]` is boolean, row looks at column where true. Weights are
 * softmax(q·k / √(width / heads)) over the visible columns; a masked weight is exactly 0, and a row that sees nothing
 * gives 0 with gradient 0. The output `[tasks, positions, width]` is owned by the caller. Differentiable once in qkv.
 * Throws {@linkcode ShapeMismatch}. Source: Vaswani et al. 2017. Kernel: `AmortizeAttention`.
 *
 * @example Equal scores average the visible values
 * ```ts
 * import { attention } from "@amortize/core/ops";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const qkv = tf.tensor3d([[[0, 0, 1], [0, 0, 3]]]); // queries and keys 0, values 1 and 3
 * const causal = tf.tensor3d([[[1, 0], [1, 1]]], undefined, "bool");
 * assertEquals(await attention(qkv, causal, 1).data(), Float32Array.of(1, 2));
 * ```
 */
export function attention(qkv: Tensor, mask: Tensor, heads: number): Tensor3D {
  checkAttention(qkv, mask, heads);
  const fast = hasKernelAndGradient("AmortizeAttention");
  return withGradient([qkv], () => {
    const [value, saved] =
      (fast ? runKernel("AmortizeAttention", { qkv, mask }, { heads })! : attend(qkv, mask, heads)) as [Tensor, Tensor];
    return { value, saved: fast ? [qkv, mask, value, saved] : [qkv, saved] };
  }, (dy, kept) => {
    if (!fast) return [gradient(kept[0]!, kept[1]!, dy, heads)];
    const [qkv, mask, output, saved] = kept as [Tensor, Tensor, Tensor, Tensor];
    return runKernel("AmortizeAttentionGradient", { qkv, mask, output, saved, dy }, { heads })!;
  }) as Tensor3D;
}

function checkAttention(qkv: Tensor, mask: Tensor, heads: number): void {
  checkShape(
    "attention(qkv)",
    qkv,
    ["tasks", "positions", "3 · width"],
    "hand in queries, keys and values side by side",
  );
  const [tasks, positions, wide] = qkv.shape as [number, number, number];
  if (!(heads >= 1) || wide % (3 * heads) !== 0) {
    const expected = `[tasks, positions, a multiple of 3 · ${heads} heads]`;
    const remedy = "choose heads that divide the width";
    throw new ShapeMismatch({ where: "attention(qkv)", expected, found: qkv.shape, remedy });
  }
  const first = mask.shape[0] === 1 ? 1 : tasks;
  checkShape("attention(mask)", mask, [first, positions, positions], "give a mask of 1 or as many tasks as qkv has");
}

/** The output and the weights, which the gradient wants. */
function attend(qkv: Tensor, mask: Tensor, heads: number): Tensor[] {
  const [q, k, v] = splitHeads(qkv, heads);
  const weights = weightsOf(q, k, mask);
  return [mergeHeads(tf.matMul(weights, v)), weights];
}

/** With weights p and output o = p v: dv = pᵀ do, ds = p (do vᵀ − Σ p do vᵀ), dq = ds k · scale, dk = dsᵀ q · scale. */
function gradient(qkv: Tensor, weights: Tensor, dy: Tensor, heads: number): Tensor {
  const [q, k, v] = splitHeads(qkv, heads);
  const dOutput = splitHead(dy, heads);
  const dWeights = product(dOutput, v, { b: true });
  const towards = tf.sum(tf.mul(dWeights, weights), -1, true);
  const dScores = tf.mul(tf.mul(weights, tf.sub(dWeights, towards)), scaleOf(q));
  const parts = [product(dScores, k), product(dScores, q, { a: true }), product(weights, dOutput, { a: true })];
  return tf.concat(parts.map(mergeHeads), 2);
}

/**
 * `[tasks, heads, positions, positions]`. What is masked sinks by 1e30, so that exp gives exactly 0; the last product
 * clears rows that see nothing.
 */
function weightsOf(q: Tensor, k: Tensor, mask: Tensor): Tensor {
  const visible = tf.expandDims(tf.cast(mask, "float32"), 1);
  const scores = tf.mul(tf.matMul(q, swapLastTwo(k)), scaleOf(q));
  return tf.mul(tf.softmax(tf.add(scores, tf.mul(tf.sub(visible, 1), 1e30))), visible);
}

function scaleOf(q: Tensor): number {
  return 1 / Math.sqrt(q.shape[3]!);
}

/** Queries, keys, values, each `[tasks, heads, positions, width / heads]`. */
function splitHeads(qkv: Tensor, heads: number): [Tensor, Tensor, Tensor] {
  return tf.split(qkv, 3, 2).map((part) => splitHead(part, heads)) as [Tensor, Tensor, Tensor];
}

function splitHead(x: Tensor, heads: number): Tensor {
  const [tasks, positions, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [tasks, positions, heads, width / heads]), [0, 2, 1, 3]);
}

function mergeHeads(x: Tensor): Tensor {
  const [tasks, heads, positions, width] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [tasks, positions, heads * width]);
}
