import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import { product } from "./_product.ts";
import { checkShape } from "./_shape.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode batchedProduct} means, in plain tfjs; the tests' reference. */
export function batchedProductReference(a: Tensor, b: Tensor): Tensor3D {
  const batch = Math.max(a.shape[0]!, b.shape[0]!);
  // written out: tfjs's own gradient of a broadcast matMul has the wrong shape
  const all = (x: Tensor): Tensor => tf.broadcastTo(x, [batch, x.shape[1]!, x.shape[2]!]);
  return tf.tidy(() => tf.matMul(all(a), all(b)) as Tensor3D);
}

/**
 * y[i] = a[i] b[i], with a `[batch | 1, m, k]`, b `[batch | 1, k, n]` and y `[batch, m, n]`, owned by the caller; an
 * operand with one matrix is shared by the whole batch, and then all is one large product. Differentiable once in
 * both. Throws {@linkcode ShapeMismatch}.
 */
export function batchedProduct(a: Tensor, b: Tensor): Tensor3D {
  checkShape("batchedProduct(a)", a, ["batch | 1", "m", "k"], "give three axes, 1 the first if all share one matrix");
  const [batch, , k] = a.shape as [number, number, number];
  const first = batch === 1 || b.shape[0] === 1 ? "batch | 1" : batch;
  checkShape(
    "batchedProduct(b)",
    b,
    [first, k, "n"],
    "give b as many rows as a has columns, and 1 or as many matrices",
  );
  return tf.tidy(() => {
    if (b.shape[0] === 1) return sharedRight(a, b);
    return a.shape[0] === 1 ? sharedLeft(a, b) : differentiable(a, b) as Tensor3D;
  });
}

/** All rows of all matrices of a times the one b. */
function sharedRight(a: Tensor, b: Tensor): Tensor3D {
  const [batch, m, k] = a.shape as [number, number, number];
  const n = b.shape[2]!;
  return tf.reshape(differentiable(tf.reshape(a, [batch * m, k]), tf.reshape(b, [k, n])), [batch, m, n]);
}

/** The one a times all columns of all matrices of b. */
function sharedLeft(a: Tensor, b: Tensor): Tensor3D {
  const [batch, k, n] = b.shape as [number, number, number];
  const m = a.shape[1]!;
  const columns = tf.reshape(tf.transpose(b, [1, 0, 2]), [k, batch * n]);
  const y = tf.reshape(differentiable(tf.reshape(a, [m, k]), columns), [m, batch, n]);
  return tf.transpose(y, [1, 0, 2]) as Tensor3D;
}

/** a b, whose gradient is da = dy bᵀ, db = aᵀ dy. */
function differentiable(a: Tensor, b: Tensor): Tensor {
  return withGradient([a, b], () => ({ value: product(a, b), saved: [a, b] }), (dy, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    return [product(dy, b, { b: true }), product(a, dy, { a: true })];
  });
}
