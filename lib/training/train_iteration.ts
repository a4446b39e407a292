import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { RankLost } from "../errors/rank_lost.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { adamStep, globalNorm } from "../ops/mod.ts";
import { learningRate } from "./learning_rate.ts";
import type { CommonConfig } from "./pipeline.ts";
import type { GradientSource } from "./shards.ts";
import type { TrainingState } from "./training_state.ts";

/** What one iteration tells, as plain numbers. */
export interface IterationReport {
  /** Mean over steps and prefixes of the plain loss. */
  readonly loss: number;
  /** Mean over prefixes, for each step. */
  readonly lossPerStep: readonly number[];
  /** Adam's rate at this iteration. */
  readonly learningRate: number;
  /** Norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

/** Decay of the running means that balanced steps divide by. */
export const lossMeanDecay = 0.98;

/** Adam's ε. */
export const adamEpsilon = 1e-8;

/**
 * One optimiser step: gradients of all shards, clipping, Adam, running means of the losses. Hand the state over and go
 * on with the one that comes back; where the numbers are not finite the state comes back as it was, with the report.
 */
export function trainIteration(
  source: GradientSource,
  config: CommonConfig,
  state: TrainingState,
): Effect.Effect<{ readonly state: TrainingState; readonly report: IterationReport }, ShapeMismatch | RankLost> {
  const { training } = config;
  return Effect.gen(function* () {
    const balance = tf.tidy(() => balanceOf(state, training.balanced));
    const output = yield* Effect.onExit(
      source(state, balance),
      () => Effect.sync(() => balance.dispose()),
    );
    const gradients = output.gradients as tf.NamedTensorMap;
    const meanLosses = output.losses.div<tf.Tensor2D>(training.shards);
    output.losses.dispose();
    const norm = globalNorm(Object.values(gradients));
    const [normOfSum, losses] = yield* Effect.promise(() => Promise.all([norm.data(), meanLosses.data()]));
    norm.dispose();
    const gradientNorm = normOfSum![0]! / training.shards;
    const rate = learningRate(training, state.iteration);
    const report = { ...lossReport(losses as Float32Array, config.steps), learningRate: rate, gradientNorm };
    if (!Number.isFinite(gradientNorm) || !Number.isFinite(report.loss)) {
      tf.dispose([gradients, meanLosses]);
      return { state, report };
    }
    const scale = training.clip > 0 && gradientNorm > training.clip ? training.clip / gradientNorm : 1;
    const stepped = adamStep(state.weights, gradients, state, {
      rate,
      beta1: training.beta1,
      beta2: training.beta2,
      epsilon: adamEpsilon,
      step: state.iteration + 1,
      gradientScale: scale / training.shards,
    });
    tf.dispose(gradients);
    const lossMeans = tf.tidy(() =>
      state.lossMeans.mul(lossMeanDecay).add<tf.Tensor2D>(meanLosses.mul(1 - lossMeanDecay))
    );
    tf.dispose([state.lossMeans, meanLosses]);
    return {
      state: { ...state, iteration: state.iteration + 1, weights: stepped.weights, ...stepped.moments, lossMeans },
      report,
    };
  });
}

/** One over the root of each loss's bias-corrected running mean; ones before the first iteration, or unbalanced. */
function balanceOf({ lossMeans, iteration }: TrainingState, balanced: boolean): tf.Tensor2D {
  if (!balanced || iteration === 0) return tf.onesLike(lossMeans);
  return lossMeans.div<tf.Tensor2D>(1 - lossMeanDecay ** iteration).add<tf.Tensor2D>(1e-12).rsqrt();
}

/** Mean losses `[steps · prefixes]` as a report has them. */
export function lossReport(losses: Float32Array, steps: number): { loss: number; lossPerStep: number[] } {
  const prefixes = losses.length / steps;
  const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    loss: mean(losses),
    lossPerStep: Array.from({ length: steps }, (_, k) => mean(losses.subarray(k * prefixes, (k + 1) * prefixes))),
  };
}
