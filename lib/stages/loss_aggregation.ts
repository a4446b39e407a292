import type { Scalar, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { setCrossEntropy, softmaxCrossEntropy, squaredError } from "../ops/mod.ts";
import type { Refined } from "./forward.ts";
import { attempt, type NamedStage, stage } from "./stage.ts";
import type { TaskFamily } from "./task_family.ts";

/** What loss aggregation needs beside the predictions: the queries' labels enter here and nowhere else. */
export interface LossInput {
  /** Candidates and predictions of one refinement step. */
  readonly refined: Refined;
  /** `[tasks, queries, outputs]`. */
  readonly queryY: Tensor3D;
  /** Weight of each prefix's loss, `[prefixes]`: ones, or one over the root of its running mean (balanced steps). */
  readonly balance: Tensor1D;
}

/** The step's loss and its parts. */
export interface StepLoss {
  /** What is differentiated: the mean over prefixes of the balanced losses. */
  readonly loss: Scalar;
  /** The plain losses, `[prefixes]`, mean over tasks and queries. */
  readonly perPrefix: Tensor1D;
}

/**
 * Loss of each task after each prefix, mean over the queries: from predictions `[tasks, prefixes, queries, outputs]` and
 * targets `[tasks, queries, outputs]` to `[tasks, prefixes]`, in squared units of the target or in nats. The caller owns
 * the result. Throws {@linkcode ShapeMismatch}.
 */
export function lossPerTask(loss: TaskFamily["loss"], predictions: Tensor4D, targets: Tensor3D): Tensor2D {
  if (loss === "any-of") return setCrossEntropy(predictions, targets);
  return loss === "squared-error" ? squaredError(predictions, targets) : softmaxCrossEntropy(predictions, targets);
}

/**
 * The mean over all prefixes 1 ≤ n ≤ N of the queries' loss under the state after n observations, each prefix
 * multiplied by its balance. The caller owns both results; fails with {@linkcode ShapeMismatch} if labels and
 * predictions do not fit. Source: METHOD.md §5 and RECIPES.md ("balanced steps").
 *
 * @example Predictions 1 and 3 of a label 0
 * ```ts
 * import { meanOverPrefixes, type Refined } from "@amortize/core/stages";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const predictions = tf.tensor4d([1, 3], [1, 2, 1, 1]); // [tasks, prefixes, queries, outputs]
 * const refined = { predictions } as Partial<Refined> as Refined;
 * const labels = { queryY: tf.zeros<tf.Rank.R3>([1, 1, 1]), balance: tf.ones<tf.Rank.R1>([2]) };
 * const { loss, perPrefix } = Effect.runSync(meanOverPrefixes("squared-error")({ refined, ...labels }));
 * assertEquals([...await perPrefix.data()], [1, 9]);
 * assertEquals([...await loss.data()], [5]);
 * ```
 */
export function meanOverPrefixes(loss: TaskFamily["loss"]): NamedStage<LossInput, StepLoss, ShapeMismatch> {
  return stage("loss aggregation", ({ refined, queryY, balance }) =>
    attempt(() => {
      const perPrefix = lossPerTask(loss, refined.predictions, queryY).mean<Tensor1D>(0);
      return { loss: perPrefix.mul(balance).mean<Scalar>(), perPrefix };
    }));
}
