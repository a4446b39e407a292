import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "@tensorflow/tfjs";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { checkLinear, linearGradient, linearReference } from "./linear.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode linearGelu} means, in plain tfjs; the tests' reference. */
export function linearGeluReference(x: Tensor, w: Tensor, b: Tensor): Tensor {
  return tf.tidy(() => {
    const before = linearReference(x, w, b);
    return tf.mul(before, normalBelow(before));
  });
}

/**
 * y = gelu(x w + b), gelu(u) = u Φ(u) with Φ the normal distribution function (the exact form, by erf); x `[…, in]`,
 * w `[in, out]`, b `[out]`, y `[…, out]`; the caller owns y. Differentiable once in all three. Throws
 * {@linkcode ShapeMismatch}. Source: Hendrycks and Gimpel 2016. Kernel: `AmortizeLinearGelu`.
 */
export function linearGelu(x: Tensor, w: Tensor, b: Tensor): Tensor {
  checkLinear("linearGelu", x, w, b);
  const fast = hasKernelAndGradient("AmortizeLinearGelu");
  return withGradient([x, w, b], () => {
    const [value, slope] = (fast ? runKernel("AmortizeLinearGelu", { x, w, b })! : valueAndSlope(x, w, b)) as [
      Tensor,
      Tensor,
    ];
    return { value, saved: [x, w, slope] };
  }, (dy, saved) => {
    const [x, w, slope] = saved as [Tensor, Tensor, Tensor];
    return fast
      ? runKernel("AmortizeLinearGeluGradient", { x, w, slope, dy })!
      : linearGradient(x, w, tf.mul(dy, slope));
  });
}

/** gelu and gelu′(u) = Φ(u) + u φ(u) at u = x w + b. */
function valueAndSlope(x: Tensor, w: Tensor, b: Tensor): Tensor[] {
  const before = linearReference(x, w, b);
  const below = normalBelow(before);
  const density = tf.mul(tf.exp(tf.mul(tf.square(before), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return [tf.mul(before, below), tf.add(below, tf.mul(before, density))];
}

/** Φ(u) = (1 + erf(u / √2)) / 2. */
function normalBelow(u: Tensor): Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(u, Math.SQRT1_2)), 1), 0.5);
}
