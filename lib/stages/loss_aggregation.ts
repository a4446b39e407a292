import type { Scalar, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { softmaxCrossEntropy, squaredError } from "../ops/mod.ts";
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

/** Loss of each task after each prefix, mean over the queries: `[tasks, prefixes]`. */
export function lossPerTask(loss: TaskFamily["loss"], predictions: Tensor4D, targets: Tensor3D): Tensor2D {
  return loss === "squared-error" ? squaredError(predictions, targets) : softmaxCrossEntropy(predictions, targets);
}

/**
 * The mean over all prefixes 1 ≤ n ≤ N of the queries' loss under the state after n observations, each prefix
 * divided by what the balance says. Source: METHOD.md §5 and RECIPES.md ("balanced steps").
 */
export function meanOverPrefixes(loss: TaskFamily["loss"]): NamedStage<LossInput, StepLoss, ShapeMismatch> {
  return stage("loss aggregation", ({ refined, queryY, balance }) =>
    attempt(() => {
      const perPrefix = lossPerTask(loss, refined.predictions, queryY).mean<Tensor1D>(0);
      return { loss: perPrefix.mul(balance).mean<Scalar>(), perPrefix };
    }));
}
