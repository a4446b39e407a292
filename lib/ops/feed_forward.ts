import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "@tensorflow/tfjs";
import { hasKernel, runKernel } from "./_kernel.ts";
import { withGradient } from "./_with_gradient.ts";
import { checkShape } from "./_shape.ts";
import { checkLayerNorm, layerNorm, layerNormReference } from "./layer_norm.ts";
import { checkLinear, linear, linearReference } from "./linear.ts";
import { linearGelu, linearGeluReference } from "./linear_gelu.ts";
import type { NormWeights } from "./normed_linear.ts";

/** The weights of {@linkcode feedForward}, beside those of its norm. */
export interface FeedForwardWeights {
  /** `[width, hidden]` and `[hidden]`. */
  readonly hidden: { readonly w: Tensor; readonly b: Tensor };
  /** `[hidden, width]` and `[width]`. */
  readonly output: { readonly w: Tensor; readonly b: Tensor };
}

/** What {@linkcode feedForward} means, in plain tfjs; the tests' reference. */
export function feedForwardReference(
  x: Tensor,
  { gain, bias }: NormWeights,
  { hidden, output }: FeedForwardWeights,
  epsilon: number = 1e-5,
): Tensor {
  return tf.tidy(() => {
    const inside = linearGeluReference(layerNormReference(x, gain, bias, epsilon), hidden.w, hidden.b);
    return tf.add(x, linearReference(inside, output.w, output.b));
  });
}

/**
 * y = x + w₂ gelu(w₁ layerNorm(x) + b₁) + b₂, a transformer's feed-forward block, of x `[…, width]`; the caller owns y.
 * The same as its parts, but that the norm and the GELU are computed again on the way back: of the hidden layer only what
 * enters the GELU is kept. Differentiable once. Throws {@linkcode ShapeMismatch}. Kernels: `AmortizeLinearKeptGelu`,
 * `AmortizeGelu`, `AmortizeGeluLinearGradient` and those of the parts.
 */
export function feedForward(
  x: Tensor,
  { gain, bias }: NormWeights,
  { hidden: { w: w1, b: b1 }, output: { w: w2, b: b2 } }: FeedForwardWeights,
  epsilon: number = 1e-5,
): Tensor {
  checkLayerNorm("feedForward", x, gain, bias);
  checkLinear("feedForward, hidden", x, w1, b1);
  checkShape("feedForward(output.w)", w2, [b1.shape[0]!, x.shape[x.rank - 1]!], "give it one row per hidden unit");
  checkShape("feedForward(output.b)", b2, [w2.shape[1]!], "give it one entry per column of output.w");
  if (!hasKernel("AmortizeGeluLinearGradient")) {
    return tf.tidy(() => tf.add(x, linear(linearGelu(layerNorm(x, gain, bias, epsilon), w1, b1), w2, b2)));
  }
  return withGradient([x, gain, bias, w1, b1, w2, b2], () => {
    const [normed] = runKernel("AmortizeLayerNorm", { x, gain, bias }, { epsilon }) as [Tensor];
    const [inside, before] = runKernel("AmortizeLinearKeptGelu", { x: normed, w: w1, b: b1 }) as [Tensor, Tensor];
    const [value] = runKernel("AmortizeResidualLinear", { x: inside, w: w2, b: b2, residual: x }) as [Tensor];
    return { value, saved: [x, gain, bias, w1, w2, before] };
  }, (dy, saved) => {
    const [x, gain, bias, w1, w2, before] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    type Three = [Tensor, Tensor, Tensor];
    const [inside] = runKernel("AmortizeGelu", { before }) as [Tensor];
    const [dBefore, dw2, db2] = runKernel("AmortizeGeluLinearGradient", { x: inside, before, w: w2, dy }) as Three;
    inside.dispose();
    const [normed, stats] = runKernel("AmortizeLayerNorm", { x, gain, bias }, { epsilon }) as [Tensor, Tensor];
    const [dNormed, dw1, db1] = runKernel("AmortizeLinearGradient", { x: normed, w: w1, dy: dBefore }) as Three;
    tf.dispose([normed, dBefore]);
    const through = { x, gain, stats, dy: dNormed, besides: dy };
    return [...runKernel("AmortizeLayerNormCarriedGradient", through)!, dw1, db1, dw2, db2];
  });
}
