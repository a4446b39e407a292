import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { product } from "./_product.ts";
import { checkShape } from "./_shape.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode linear} means, in plain tfjs; the tests' reference. */
export function linearReference(x: Tensor, w: Tensor, b: Tensor): Tensor2D {
  return tf.tidy(() => tf.add(tf.matMul(x, w), b));
}

/**
 * y = x w + b, with x `[rows, in]`, w `[in, out]`, b `[out]` and y `[rows, out]`; the caller owns y.
 * Differentiable once in all three. Throws {@linkcode ShapeMismatch}. Kernel: `AmortizeLinear`.
 */
export function linear(x: Tensor, w: Tensor, b: Tensor): Tensor2D {
  checkLinear("linear", x, w, b);
  const fast = hasKernelAndGradient("AmortizeLinear");
  return withGradient([x, w, b], () => {
    const value = fast ? runKernel("AmortizeLinear", { x, w, b })![0]! : linearReference(x, w, b);
    return { value, saved: [x, w] };
  }, (dy, saved) => {
    const [x, w] = saved as [Tensor, Tensor];
    return fast ? runKernel("AmortizeLinearGradient", { x, w, dy })! : linearGradient(x, w, dy);
  }) as Tensor2D;
}

/** Throws {@linkcode ShapeMismatch} unless the three fit together. */
export function checkLinear(where: string, x: Tensor, w: Tensor, b: Tensor): void {
  checkShape(`${where}(x)`, x, ["rows", "in"], "reshape x so that its last axis holds the features");
  checkShape(`${where}(w)`, w, [x.shape[1]!, "out"], "give w one row per feature of x");
  checkShape(`${where}(b)`, b, [w.shape[1]!], "give b one entry per column of w");
}

/** dx = dy wᵀ, dw = xᵀ dy, db = Σ_rows dy. */
export function linearGradient(x: Tensor, w: Tensor, dy: Tensor): Tensor[] {
  return [product(dy, w, { b: true }), product(x, dy, { a: true }), tf.sum(dy, 0)];
}
