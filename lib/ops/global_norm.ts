import * as tf from "@tensorflow/tfjs";

/**
 * √(Σ of all squares) over all tensors together, as a scalar tensor owned by the caller; 0 for none. NaN and ∞ come
 * through, so that a step that went wrong is seen. Used for clipping (Pascanu et al. 2013).
 */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => {
    if (tensors.length === 0) return tf.scalar(0);
    const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)));
    return tf.sqrt(squares.length === 1 ? squares[0]! : tf.sum(tf.stack(squares))) as tf.Scalar;
  });
}
