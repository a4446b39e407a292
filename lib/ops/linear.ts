import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "@tensorflow/tfjs";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { product } from "./_product.ts";
import { asRows, likeRows } from "./_rows.ts";
import { checkLastAxis, checkShape } from "./_shape.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode linear} means, in plain tfjs; the tests' reference. */
export function linearReference(x: Tensor, w: Tensor, b: Tensor): Tensor {
  return tf.tidy(() => likeRows(tf.add(tf.matMul(asRows(x), w), b), x));
}

/**
 * y = x w + b, with x `[…, in]` of any rank from 2, w `[in, out]`, b `[out]` and y `[…, out]`; the caller owns y.
 * Differentiable once in all three. Throws {@linkcode ShapeMismatch}. Kernel: `AmortizeLinear`.
 *
 * @example Two rows of two features to one output
 * ```ts
 * import { linear } from "@amortize/core/ops";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const y = linear(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[1], [10]]), tf.tensor1d([5]));
 * assertEquals(await y.data(), Float32Array.of(26, 48)); // [rows, 1]
 * ```
 */
export function linear(x: Tensor, w: Tensor, b: Tensor): Tensor {
  checkLinear("linear", x, w, b);
  const fast = hasKernelAndGradient("AmortizeLinear");
  return withGradient([x, w, b], () => {
    const value = fast ? runKernel("AmortizeLinear", { x, w, b })![0]! : linearReference(x, w, b);
    return { value, saved: [x, w] };
  }, (dy, saved) => {
    const [x, w] = saved as [Tensor, Tensor];
    return fast ? runKernel("AmortizeLinearGradient", { x, w, dy })! : linearGradient(x, w, dy);
  });
}

/** Throws {@linkcode ShapeMismatch} unless the three fit together. */
export function checkLinear(where: string, x: Tensor, w: Tensor, b: Tensor): void {
  checkLastAxis(`${where}(x)`, x, "give x at least two axes, features last");
  checkShape(`${where}(w)`, w, [x.shape[x.rank - 1]!, "out"], "give w one row per feature of x");
  checkShape(`${where}(b)`, b, [w.shape[1]!], "give b one entry per column of w");
}

/** dx = dy wᵀ, dw = xᵀ dy, db = Σ_rows dy. */
export function linearGradient(x: Tensor, w: Tensor, dy: Tensor): Tensor[] {
  const rows = asRows(dy);
  return [likeRows(product(rows, w, { b: true }), x), product(asRows(x), rows, { a: true }), tf.sum(rows, 0)];
}
