import * as tf from "@tensorflow/tfjs";
import { numbered, runKernel } from "./_kernel.ts";

/**
 * √(Σ of all squares) over all tensors together, as a scalar tensor owned by the caller; 0 for none. NaN and ∞ come
 * through, so that a step that went wrong is seen. Used for clipping (Pascanu et al. 2013).
 */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => {
    if (tensors.length === 0) return tf.scalar(0);
    const sum = runKernel("AmortizeSumOfSquares", numbered("x", tensors))?.[0] ??
      tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))));
    return tf.sqrt(sum) as tf.Scalar;
  });
}
