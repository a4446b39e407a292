import * as tf from "@tensorflow/tfjs";
import { hasKernel } from "./_kernel.ts";

/** Which operands of a product are meant transposed. */
export interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/**
 * Whether tfjs's own matMul handles transposed operands badly here: stock wasm multiplies A·Bᵀ 14 times and Aᵀ·B 47
 * times slower than A·B. Our wasm kernels replace its BatchMatMul and say so by the marker.
 */
function dislikesTransposed(): boolean {
  return tf.getBackend() === "wasm" && !hasKernel("AmortizeFastBatchMatMul");
}

/** The last two axes exchanged; the caller owns the result. */
export function swapLastTwo(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** a · b over the last two axes, batched over the leading ones; each operand may be meant transposed. */
export function product(a: tf.Tensor, b: tf.Tensor, transposed: Transposed = {}): tf.Tensor {
  if (!dislikesTransposed()) return tf.matMul(a, b, transposed.a ?? false, transposed.b ?? false);
  return tf.tidy(() => tf.matMul(transposed.a ? swapLastTwo(a) : a, transposed.b ? swapLastTwo(b) : b));
}
