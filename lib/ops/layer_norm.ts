import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "@tensorflow/tfjs";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { asRows, likeRows } from "./_rows.ts";
import { checkLastAxis, checkShape } from "./_shape.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode layerNorm} means, in plain tfjs; the tests' reference. */
export function layerNormReference(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number = 1e-5): Tensor {
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon))), gain), bias);
  });
}

/**
 * y = gain · (x − mean) / √(variance + epsilon) + bias, with mean and (biased) variance over each row of x
 * `[…, width]`, gain and bias `[width]`; the caller owns y `[…, width]`. Differentiable once in all three.
 * Throws {@linkcode ShapeMismatch}. Source: Ba, Kiros and Hinton 2016. Kernel: `AmortizeLayerNorm`.
 *
 * @example Rows of any scale come out alike
 * ```ts
 * import { layerNorm } from "@amortize/core/ops";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const y = layerNorm(tf.tensor2d([[1, 3], [10, 30]]), tf.ones([2]), tf.zeros([2]), 0);
 * assertEquals(await y.data(), Float32Array.of(-1, 1, -1, 1));
 * ```
 */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number = 1e-5): Tensor {
  checkLayerNorm("layerNorm", x, gain, bias);
  const fast = hasKernelAndGradient("AmortizeLayerNorm");
  return withGradient([x, gain, bias], () => {
    const [value, stats] = fast
      ? runKernel("AmortizeLayerNorm", { x, gain, bias }, { epsilon }) as [Tensor, Tensor]
      : [layerNormReference(x, gain, bias, epsilon), rowStatistics(x, epsilon)];
    return { value, saved: [x, gain, stats] };
  }, (dy, saved) => {
    const [x, gain, stats] = saved as [Tensor, Tensor, Tensor];
    return fast ? runKernel("AmortizeLayerNormGradient", { x, gain, stats, dy })! : gradient(x, gain, stats, dy);
  });
}

/** Throws {@linkcode ShapeMismatch} unless the three fit together. */
export function checkLayerNorm(where: string, x: Tensor, gain: Tensor, bias: Tensor): void {
  checkLastAxis(`${where}(x)`, x, "give x at least two axes, features last");
  const width = x.shape[x.rank - 1]!;
  checkShape(`${where}(gain)`, gain, [width], "give gain one entry per column of x");
  checkShape(`${where}(bias)`, bias, [width], "give bias one entry per column of x");
}

/** `[rows, 2]`: the mean, and one over the standard deviation. */
function rowStatistics(x: Tensor, epsilon: number): Tensor {
  const { mean, variance } = tf.moments(asRows(x), 1, true);
  return tf.concat([mean, tf.rsqrt(tf.add(variance, epsilon))], 1);
}

/** With x̂ the normalised x and g = dy · gain: dx = (g − mean(g) − x̂ mean(g x̂)) / std, dgain = Σ dy x̂, dbias = Σ dy. */
function gradient(x: Tensor, gain: Tensor, stats: Tensor, dy: Tensor): Tensor[] {
  const [mean, inverse] = tf.split(stats, 2, 1) as [Tensor, Tensor];
  const rows = asRows(dy);
  const normalised = tf.mul(tf.sub(asRows(x), mean), inverse);
  const g = tf.mul(rows, gain);
  const along = tf.mul(normalised, tf.mean(tf.mul(g, normalised), 1, true));
  const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, 1, true)), along), inverse);
  return [likeRows(dx, x), tf.sum(tf.mul(rows, normalised), 0), tf.sum(rows, 0)];
}
