import * as tf from "@tensorflow/tfjs";
import { runKernel } from "./_kernel.ts";
import { checkShape } from "./_shape.ts";

/** An optimiser step that is about to be taken, all of it on the device. */
export interface StepToGuard {
  /** Plain losses `[steps, prefixes]`, summed over shards. */
  readonly losses: tf.Tensor2D;
  /** Norm of the gradients' sum over shards, a scalar. */
  readonly norm: tf.Scalar;
  /** Adam's numbers `[8]` of `adamFactors`; the last of them does not matter. */
  readonly factors: tf.Tensor1D;
  /** Running means of the losses `[steps, prefixes]`. */
  readonly lossMeans: tf.Tensor2D;
  /** `[1]`: 0, and 1 from the first step on whose numbers are not finite. */
  readonly halted: tf.Tensor1D;
}

/** What all steps have in common. */
export interface GuardSettings {
  /** Parts that losses and gradients are sums over. */
  readonly shards: number;
  /** The norm that gradients are cut to; 0 leaves them. */
  readonly clip: number;
  /** Decay of the running means. */
  readonly decay: number;
}

/** A guarded step; the caller owns all of it. */
export interface GuardedStep {
  /** Adam's numbers with the gradients' factor in the last place: 0, for no step at all, once halted. */
  readonly factors: tf.Tensor1D;
  /** The running means after it. */
  readonly lossMeans: tf.Tensor2D;
  /** `[1]`: whether this step or an earlier one was stopped. */
  readonly halted: tf.Tensor1D;
  /** `[steps · prefixes + 2]`: mean losses, the norm of the mean gradient before clipping, and whether it is halted. */
  readonly report: tf.Tensor1D;
}

/**
 * Clipping, averaging and a guard against numbers that are not finite, without the host: it needs to read nothing before
 * the step, and may read the report later. Once halted nothing changes any more, so that the state is the one before the
 * step that went wrong. Hand over `lossMeans` and `halted` and go on with those that come back: where a kernel
 * `AmortizeGuardStep` exists they are changed in place and come back themselves. The rest stays the caller's. Throws
 * `ShapeMismatch` for other shapes.
 */
export function guardStep(step: StepToGuard, settings: GuardSettings): GuardedStep {
  checkShape("guardStep(factors)", step.factors, [8], "give the numbers of adamFactors()");
  checkShape("guardStep(halted)", step.halted, [1], "begin with a zero");
  checkShape("guardStep(lossMeans)", step.lossMeans, step.losses.shape, "give one mean for every loss");
  const { lossMeans, halted } = step;
  const made = runKernel("AmortizeGuardStep", { ...step }, { ...settings });
  if (made !== undefined) return { factors: made[0] as tf.Tensor1D, lossMeans, halted, report: made[1] as tf.Tensor1D };
  const guarded = guardStepReference(step, settings);
  tf.dispose([lossMeans, halted]);
  return guarded;
}

/** {@linkcode guardStep} in plain tfjs; disposes nothing. */
export function guardStepReference(step: StepToGuard, { shards, clip, decay }: GuardSettings): GuardedStep {
  const { losses, norm, factors, lossMeans, halted } = step;
  return tf.tidy(() => {
    const means = losses.div<tf.Tensor2D>(shards), gradientNorm = norm.div<tf.Scalar>(shards);
    const numbers = tf.concat([means.reshape([-1]), gradientNorm.reshape([1])]);
    const goesOn = tf.logicalAnd(tf.all(tf.isFinite(numbers)), tf.equal(halted, 0)).reshape([1]);
    const clipped = clip > 0 ? tf.minimum(tf.div(clip, gradientNorm), 1) : tf.scalar(1);
    const scale = tf.where(goesOn, clipped.div(shards).reshape([1]), tf.zeros([1]));
    const stopped = tf.where(goesOn, tf.zeros([1]), tf.ones([1])) as tf.Tensor1D;
    const moved = lossMeans.mul(decay).add(means.mul(1 - decay));
    return {
      factors: tf.concat([factors.slice(0, 7), scale]) as tf.Tensor1D,
      lossMeans: tf.where(goesOn, moved, lossMeans) as tf.Tensor2D,
      halted: stopped,
      report: tf.concat([numbers, stopped]) as tf.Tensor1D,
    };
  });
}
