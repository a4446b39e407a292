import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { checkPrediction, perQuery } from "./squared_error.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode softmaxCrossEntropy} means, in plain tfjs; the tests' reference. */
export function softmaxCrossEntropyReference(prediction: Tensor, target: Tensor): Tensor2D {
  return tf.tidy(() => tf.mean(tf.neg(tf.sum(tf.mul(tf.logSoftmax(prediction), tf.expandDims(target, 1)), 3)), 2));
}

/**
 * Cross-entropy of each prefix, −Σ target · log softmax(prediction) over outputs, averaged over queries. prediction
 * (logits) `[tasks, prefixes, queries, outputs]`, target `[tasks, queries, outputs]` one-hot or a distribution (data:
 * no gradient flows to it), result `[tasks, prefixes]` in nats, owned by the caller. Differentiable once in the
 * prediction. Throws {@linkcode ShapeMismatch}. Kernel: `AmortizeSoftmaxCrossEntropy`.
 */
export function softmaxCrossEntropy(prediction: Tensor, target: Tensor): Tensor2D {
  checkPrediction("softmaxCrossEntropy", prediction, target);
  const fast = hasKernelAndGradient("AmortizeSoftmaxCrossEntropy");
  return withGradient([prediction], () => {
    const [value, saved] = fast
      ? runKernel("AmortizeSoftmaxCrossEntropy", { prediction, target }) as [Tensor, Tensor]
      : [softmaxCrossEntropyReference(prediction, target), tf.softmax(prediction)];
    return { value, saved: [prediction, target, saved] };
  }, (dy, kept) => {
    const [prediction, target, saved] = kept as [Tensor, Tensor, Tensor];
    if (fast) return runKernel("AmortizeSoftmaxCrossEntropyGradient", { prediction, target, saved, dy })!;
    return [gradient(saved, target, perQuery(dy, prediction, 1))];
  }) as Tensor2D;
}

/** d/dlogits = softmax · Σ target − target, which holds for targets of any sum. */
function gradient(softmax: Tensor, target: Tensor, dy: Tensor): Tensor {
  const wanted = tf.expandDims(target, 1);
  return tf.mul(tf.sub(tf.mul(softmax, tf.sum(wanted, 3, true)), wanted), dy);
}
