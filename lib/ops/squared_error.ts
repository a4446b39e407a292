import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { checkShape } from "./_shape.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode squaredError} means, in plain tfjs; the tests' reference. */
export function squaredErrorReference(prediction: Tensor, target: Tensor): Tensor2D {
  return tf.tidy(() => tf.mean(tf.sum(tf.square(tf.sub(prediction, tf.expandDims(target, 1))), 3), 2));
}

/**
 * Squared error of each prefix: summed over outputs, averaged over queries. prediction
 * `[tasks, prefixes, queries, outputs]`, target `[tasks, queries, outputs]` (data: no gradient flows to it), result
 * `[tasks, prefixes]` in squared units of the target, owned by the caller. Differentiable once in the prediction.
 * Throws {@linkcode ShapeMismatch}. Kernel: `AmortizeSquaredError`.
 */
export function squaredError(prediction: Tensor, target: Tensor): Tensor2D {
  checkPrediction("squaredError", prediction, target);
  const fast = hasKernelAndGradient("AmortizeSquaredError");
  return withGradient([prediction], () => {
    const value = fast
      ? runKernel("AmortizeSquaredError", { prediction, target })![0]!
      : squaredErrorReference(prediction, target);
    return { value, saved: [prediction, target] };
  }, (dy, saved) => {
    const [prediction, target] = saved as [Tensor, Tensor];
    if (fast) return runKernel("AmortizeSquaredErrorGradient", { prediction, target, dy })!;
    return [tf.mul(tf.sub(prediction, tf.expandDims(target, 1)), perQuery(dy, prediction, 2))];
  }) as Tensor2D;
}

/** Throws {@linkcode ShapeMismatch} unless prediction and target fit together. */
export function checkPrediction(where: string, prediction: Tensor, target: Tensor): void {
  const axes = ["tasks", "prefixes", "queries", "outputs"];
  checkShape(`${where}(prediction)`, prediction, axes, "give one prediction per task, prefix and query");
  const [tasks, , queries, outputs] = prediction.shape as [number, number, number, number];
  checkShape(`${where}(target)`, target, [tasks, queries, outputs], "give one target per task and query");
}

/** dy `[tasks, prefixes]` as `[tasks, prefixes, 1, 1]`, times `factor` / queries: each query's share of the mean. */
export function perQuery(dy: Tensor, prediction: Tensor, factor: number): Tensor {
  return tf.mul(tf.reshape(dy, [...dy.shape, 1, 1]), factor / prediction.shape[2]!);
}
