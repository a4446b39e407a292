import * as tf from "@tensorflow/tfjs";
import type { Weights } from "../model/weights.ts";
import { keyFor } from "../random/mod.ts";
import { prefixesOf } from "../regimes/regime_of.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";

/** Everything that an interrupted training needs to go on with the same bits. It owns its tensors. */
export interface TrainingState {
  /** Optimiser steps done. */
  readonly iteration: number;
  /** Weights of model and regime, by name. */
  readonly weights: Weights;
  /** Adam's running means of the gradients, by weight. */
  readonly first: Weights;
  /** Adam's running means of the squared gradients. */
  readonly second: Weights;
  /** Running mean of each plain loss, `[steps, prefixes]`, for balanced steps; not yet bias-corrected. */
  readonly lossMeans: tf.Tensor2D;
  /** The best validation so far, if any: error after step K, and when. */
  readonly best?: { readonly iteration: number; readonly error: number };
  /** Hash of the run's identity that a loaded checkpoint was written for. */
  readonly run?: string;
  /** Seconds spent training, over all sessions. */
  readonly elapsedSeconds: number;
}

/** Fresh weights of the model and the regime, owned by the caller; the same seed gives the same bits everywhere. */
export function initialWeights(built: BuiltPipeline, seed: number): Weights {
  const key = keyFor(seed, "initialisation", 0);
  return { ...built.model.init(key), ...built.stages.regime.init(key) };
}

/** The state before the first iteration: fresh weights, zeros for all that is remembered. The caller owns it. */
export function initialTrainingState(built: BuiltPipeline, config: CommonConfig, seed: number): TrainingState {
  const weights = initialWeights(built, seed);
  return {
    iteration: 0,
    weights,
    first: zerosLike(weights),
    second: zerosLike(weights),
    lossMeans: tf.zeros([config.steps, prefixesOf(config)]),
    elapsedSeconds: 0,
  };
}

/** Frees every tensor of a state. */
export function disposeTrainingState({ weights, first, second, lossMeans }: TrainingState): void {
  for (const record of [weights, first, second]) tf.dispose(record as tf.NamedTensorMap);
  lossMeans.dispose();
}

function zerosLike(weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tf.zeros(tensor.shape)]));
}
