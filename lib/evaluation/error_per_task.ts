import * as tf from "@tensorflow/tfjs";
import { lossPerTask } from "../stages/loss_aggregation.ts";
import type { TaskFamily } from "../stages/task_family.ts";

/**
 * The family's metric per task, `[tasks]`, from predictions `[tasks, 1, queries, outputs]`: mean squared error, or the
 * percentage of queries whose largest logit is another class, or (any of a set being right) the share of those whose
 * largest logit is outside the set. The caller owns the result.
 */
export function errorPerTask(family: TaskFamily, predictions: tf.Tensor4D, targets: tf.Tensor3D): tf.Tensor1D {
  return tf.tidy(() => {
    if (family.loss === "squared-error") return lossPerTask(family.loss, predictions, targets).squeeze([1]);
    if (family.loss === "any-of") {
      const [largest, outputs] = [predictions.squeeze<tf.Tensor3D>([1]).argMax(2), targets.shape[2]];
      return tf.oneHot(largest as tf.Tensor1D, outputs).toFloat().mul(targets).sum(2).mean<tf.Tensor1D>(1).neg().add(1);
    }
    const wrong = predictions.squeeze<tf.Tensor3D>([1]).argMax(2).notEqual(targets.argMax(2));
    return wrong.cast("float32").mean<tf.Tensor1D>(1).mul(100);
  });
}
