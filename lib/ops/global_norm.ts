import * as tf from "@tensorflow/tfjs";
import { runKernel } from "./_kernel.ts";

/**
 * √(Σ of all squares) over all tensors together, as a scalar tensor owned by the caller; 0 for none. NaN and ∞ come
 * through, so that a step that went wrong is seen. Used for clipping (Pascanu et al. 2013).
 */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => {
    if (tensors.length === 0) return tf.scalar(0);
    const squares = tensors.map((tensor) => sumOfSquares(tensor));
    return tf.sqrt(squares.length === 1 ? squares[0]! : tf.sum(tf.stack(squares))) as tf.Scalar;
  });
}

function sumOfSquares(x: tf.Tensor): tf.Tensor {
  return runKernel("AmortizeSumOfSquares", { x })?.[0] ?? tf.sum(tf.square(x));
}
