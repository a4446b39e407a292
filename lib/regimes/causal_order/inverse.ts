import * as tf from "@tensorflow/tfjs";

/**
 * Inverses of positive definite matrices `[batch, size, size]`, owned by the caller: Gauss and Jordan, one pivot after
 * another for the whole batch, on the device. With u the k-th column minus eₖ and v the k-th row plus eₖ, a step is
 * A ← A − u v / Aₖₖ. No gradient is meant to go through.
 */
export function inverseOf(matrices: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const size = matrices.shape[1];
    let a = matrices;
    for (let k = 0; k < size; k++) {
      const unit = tf.tensor1d(Array.from({ length: size }, (_, i) => Number(i === k)));
      const column = a.slice([0, 0, k], [-1, -1, 1]), row = a.slice([0, k, 0], [-1, 1, -1]);
      const pivot = row.slice([0, 0, k], [-1, -1, 1]);
      const left = column.sub(unit.reshape([1, size, 1])).div(pivot), right = row.add(unit.reshape([1, 1, size]));
      a = a.sub<tf.Tensor3D>(tf.matMul(left, right));
    }
    return a.clone();
  });
}
