import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import { checkPrediction, perQuery } from "./squared_error.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode setCrossEntropy} means, in plain tfjs; the tests' reference. */
export function setCrossEntropyReference(prediction: Tensor, target: Tensor): Tensor2D {
  return tf.tidy(() => {
    const inSet = tf.sum(tf.mul(tf.softmax(prediction), tf.expandDims(target, 1)), 3);
    return tf.mean(tf.neg(tf.log(inSet)), 2);
  });
}

/** What takes a class out of a softmax. */
const never = 1e9;

/**
 * −log Σ_{c in the set} softmax(prediction)_c, averaged over queries: any class of the set is right, and it does not
 * matter which. prediction (logits) `[tasks, prefixes, queries, outputs]`, target `[tasks, queries, outputs]` 1 in the
 * set and 0 elsewhere (data: no gradient flows to it; no set is empty), result `[tasks, prefixes]` in nats, owned by the
 * caller. Differentiable once in the prediction. Throws {@linkcode ShapeMismatch}. Source: RECIPES.md (leaves).
 *
 * @example Two of four equal classes
 * ```ts
 * import { setCrossEntropy } from "@amortize/core/ops";
 * import { assertAlmostEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const loss = setCrossEntropy(tf.zeros([1, 1, 1, 4]), tf.tensor3d([[[1, 0, 1, 0]]]));
 * assertAlmostEquals((await loss.data())[0]!, Math.log(2), 1e-6);
 * ```
 */
export function setCrossEntropy(prediction: Tensor, target: Tensor): Tensor2D {
  checkPrediction("setCrossEntropy", prediction, target);
  return withGradient([prediction], () => {
    const outside = tf.mul(tf.sub(tf.expandDims(target, 1), 1), never);
    const value = tf.mean(tf.sub(tf.logSumExp(prediction, 3), tf.logSumExp(tf.add(prediction, outside), 3)), 2);
    return { value, saved: [prediction, outside] };
  }, (dy, saved) => {
    const [prediction, outside] = saved as [Tensor, Tensor];
    const slope = tf.sub(tf.softmax(prediction), tf.softmax(tf.add(prediction, outside)));
    return [tf.mul(slope, perQuery(dy, prediction, 1))];
  }) as Tensor2D;
}
