import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { plainPrefixMean, plainPrefixMeanGradient, prefixMeanReference } from "./prefix_mean.ts";
import { checkShape } from "./_shape.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode outerPrefixMean} means, in plain tfjs; the tests' reference. */
export function outerPrefixMeanReference(x: Tensor, c: Tensor): Tensor4D {
  return tf.tidy(() => ofOuterProducts(prefixMeanReference, x, c));
}

/**
 * The mean outer product of every prefix, at i the mean over j ≤ i of x_j ⊗ c_j: the span decoder's Δθ. x
 * `[tasks, n, features]` is data (no gradient flows to it), c `[tasks, n, outputs]`; the result
 * `[tasks, n, features, outputs]` is owned by the caller. Differentiable once in c. Throws {@linkcode ShapeMismatch}.
 * Source: METHOD.md §4. Kernel: `AmortizeOuterPrefixMean`.
 */
export function outerPrefixMean(x: Tensor, c: Tensor): Tensor4D {
  checkShape("outerPrefixMean(x)", x, ["tasks", "n", "features"], "put what is averaged over on the second axis");
  const [tasks, n] = x.shape as [number, number, number];
  checkShape("outerPrefixMean(c)", c, [tasks, n, "outputs"], "give one row of c per row of x");
  const fast = hasKernelAndGradient("AmortizeOuterPrefixMean");
  return withGradient([c], () => {
    const value = fast ? runKernel("AmortizeOuterPrefixMean", { x, c })![0]! : ofOuterProducts(plainPrefixMean, x, c);
    return { value, saved: [x, c] };
  }, (dy, saved) => {
    const [x, c] = saved as [Tensor, Tensor];
    return fast ? runKernel("AmortizeOuterPrefixMeanGradient", { x, c, dy })! : [gradient(x, dy)];
  }) as Tensor4D;
}

/** Applies a mean over `[tasks, n, features · outputs]` to x ⊗ c. */
function ofOuterProducts(mean: (x: Tensor) => Tensor, x: Tensor, c: Tensor): Tensor4D {
  const outer = tf.mul(tf.expandDims(x, 3), tf.expandDims(c, 2));
  const [tasks, n, features, outputs] = outer.shape as [number, number, number, number];
  return tf.reshape(mean(tf.reshape(outer, [tasks, n, features * outputs])), [tasks, n, features, outputs]);
}

/** dc_j = Σ_features x_j Σ_{i ≥ j} dy_i / i. */
function gradient(x: Tensor, dy: Tensor): Tensor {
  const [tasks, n, features, outputs] = dy.shape as [number, number, number, number];
  const spread = plainPrefixMeanGradient(tf.reshape(dy, [tasks, n, features * outputs]));
  return tf.sum(tf.mul(tf.reshape(spread, dy.shape), tf.expandDims(x, 3)), 2);
}
