import { Data } from "effect";

/** Training met a loss or gradient that is not a finite number. */
export class NonFinite extends Data.Error<{
  /** The iteration that failed, from 0. */
  readonly iteration: number;
  /** Losses per refinement step as they came out. */
  readonly lossPerStep: readonly number[];
  /** Norm of the gradient over all weights, before clipping. */
  readonly gradientNorm: number;
  /** Adam's rate at that iteration. */
  readonly learningRate: number;
  /** The last good checkpoint's file, if there is one. */
  readonly checkpoint?: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "NonFinite" = "NonFinite";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    const saved = this.checkpoint === undefined
      ? "there is no checkpoint yet"
      : `the last good one is ${this.checkpoint}`;
    return `Cannot go on training at iteration ${this.iteration}: a loss or gradient is not a finite number: losses per step are [${
      this.lossPerStep.join(", ")
    }]` +
      ` and the gradient's norm is ${this.gradientNorm} at learning rate ${this.learningRate}; ${saved}:` +
      ` lower training.learningRate, or set training.clip`;
  }
}
