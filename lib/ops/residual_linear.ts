import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "@tensorflow/tfjs";
import { hasKernel, runKernel } from "./_kernel.ts";
import { checkShape } from "./_shape.ts";
import { sameBuffer, withGradient } from "./_with_gradient.ts";
import { checkLinear, linear, linearReference } from "./linear.ts";

/** What {@linkcode residualLinear} means, in plain tfjs; the tests' reference. */
export function residualLinearReference(residual: Tensor, x: Tensor, w: Tensor, b: Tensor): Tensor {
  return tf.tidy(() => tf.add(residual, linearReference(x, w, b)));
}

/**
 * y = residual + x w + b, with residual `[…, out]` and x, w and b as in `linear`; the caller owns y. Differentiable once
 * in all four. Throws {@linkcode ShapeMismatch}. Kernel: `AmortizeResidualLinear`; without it, `linear` and a sum.
 */
export function residualLinear(residual: Tensor, x: Tensor, w: Tensor, b: Tensor): Tensor {
  checkLinear("residualLinear", x, w, b);
  const shape = [...x.shape.slice(0, -1), w.shape[1]!];
  checkShape("residualLinear(residual)", residual, shape, "give the residual the shape of x w");
  if (!hasKernel("AmortizeResidualLinear")) return tf.tidy(() => tf.add(residual, linear(x, w, b)));
  return withGradient([x, w, b, residual], () => {
    return { value: runKernel("AmortizeResidualLinear", { x, w, b, residual })![0]!, saved: [x, w] };
  }, (dy, saved) => {
    const [x, w] = saved as [Tensor, Tensor];
    return [...runKernel("AmortizeLinearGradient", { x, w, dy })!, sameBuffer(dy)];
  });
}
