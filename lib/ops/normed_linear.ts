import type { Tensor } from "@tensorflow/tfjs";
import { hasKernel, runKernel } from "./_kernel.ts";
import { sameBuffer, withGradientOfSeveral } from "./_with_gradient.ts";
import { checkLayerNorm, layerNorm, layerNormReference } from "./layer_norm.ts";
import { checkLinear, linear, linearReference } from "./linear.ts";

/** A residual stream where a branch leaves it. */
export interface Branch {
  /** The branch, `[…, out]`. */
  readonly y: Tensor;
  /** x, to go on with: itself or another tensor on its buffer, so dispose neither while the other is needed. */
  readonly carried: Tensor;
}

/** Layer norm's weights, `[width]` each. */
export interface NormWeights {
  /** What multiplies a normed column. */
  readonly gain: Tensor;
  /** What is added to it. */
  readonly bias: Tensor;
}

/** {@linkcode normedLinear} in plain tfjs. */
export function normedLinearReference(
  x: Tensor,
  { gain, bias }: NormWeights,
  w: Tensor,
  b: Tensor,
  epsilon: number = 1e-5,
): Branch {
  return { y: linearReference(layerNormReference(x, gain, bias, epsilon), w, b), carried: x };
}

/**
 * y = layerNorm(x) w + b, and x to go on with: a residual stream x `[…, in]` and what branches off, the shapes else as in
 * `layerNorm` and `linear`. The same as these two, but that the gradient of x, a sum over both ways, comes from one kernel,
 * and that the norm is computed again on the way back, not kept. Call it within a tidy. Differentiable once. Throws
 * {@linkcode ShapeMismatch}. Kernels: those of both, and `AmortizeLayerNormCarriedGradient`.
 */
export function normedLinear(x: Tensor, norm: NormWeights, w: Tensor, b: Tensor, epsilon: number = 1e-5): Branch {
  const { gain, bias } = norm;
  checkLayerNorm("normedLinear", x, gain, bias);
  checkLinear("normedLinear", x, w, b);
  if (!hasKernel("AmortizeLayerNormCarriedGradient")) {
    return { y: linear(layerNorm(x, gain, bias, epsilon), w, b), carried: x };
  }
  const [y, carried] = withGradientOfSeveral([x, gain, bias, w, b], () => {
    const [normed] = runKernel("AmortizeLayerNorm", { x, gain, bias }, { epsilon }) as [Tensor];
    const [y] = runKernel("AmortizeLinear", { x: normed, w, b }) as [Tensor];
    return { values: [y, sameBuffer(x)], saved: [x, gain, bias, w] };
  }, ([dy, besides], saved) => {
    const [x, gain, bias, w] = saved as [Tensor, Tensor, Tensor, Tensor];
    const [normed, stats] = runKernel("AmortizeLayerNorm", { x, gain, bias }, { epsilon }) as [Tensor, Tensor];
    const [dNormed, dw, db] = runKernel("AmortizeLinearGradient", { x: normed, w, dy: dy! }) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    normed.dispose();
    const through = { x, gain, stats, dy: dNormed, besides: besides! };
    return [...runKernel("AmortizeLayerNormCarriedGradient", through)!, dw, db];
  });
  return { y: y!, carried: carried! };
}
