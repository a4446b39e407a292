import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import type { Weights } from "../../lib/model/weights.ts";
import { lengthDrawOf, prefixesOf } from "../../lib/regimes/regime_of.ts";
import {
  type LoopInput,
  type LoopOutput,
  refineGreedily,
  type RefinementStages,
  refineOnce,
} from "../../lib/stages/detached_state_loop.ts";
import { lossPerTask, meanOverPrefixes } from "../../lib/stages/loss_aggregation.ts";
import type { RefineInput, State } from "../../lib/stages/regime.ts";
import type { TaskFamily } from "../../lib/stages/task_family.ts";
import { sampleTasks } from "../../lib/stages/task_sampling.ts";
import { normals, tensorOf } from "../backends.ts";
import type { Prepared } from "./_runs.ts";

/** K refinement steps with their gradients, by whatever route. */
export type Loop = (prepared: Prepared, input: LoopInput) => LoopOutput;

/** The loop under test, around the case's stages. */
export const honestLoop: Loop = ({ stages, family }, input) =>
  Effect.runSync(refineGreedily({ ...stages, lossAggregation: meanOverPrefixes(family.loss) })(input));

/** Weights, K mini-batches, queries and lengths as training draws them, and a random positive balance. */
export function drawLoopInput({ c, family, weights }: Prepared): LoopInput {
  const { steps, observations } = c.refinement;
  const sizes = { steps, observations, queries: c.queries, lengths: lengthDrawOf(c.refinement) };
  const range = { first: 0, count: c.tasks };
  const sample = sampleTasks(family, sizes)({ seed: c.seed, split: "property", iteration: 0, range });
  const balance = normals(c.seed, [steps, prefixesOf(c.refinement)])[0]!;
  return {
    weights,
    sampled: Effect.runSync(sample),
    balance: tensorOf(balance).abs().add(0.1) as tf.Tensor2D,
  };
}

/** The balanced loss of one step, without the stage that aggregates it. */
export function lossOfStep(
  stages: RefinementStages,
  loss: TaskFamily["loss"],
  input: RefineInput,
  queryY: tf.Tensor3D,
  balance: tf.Tensor2D,
): tf.Scalar {
  const { predictions } = Effect.runSync(refineOnce(stages)(input));
  const weighed = lossPerTask(loss, predictions, queryY).mean(0).mul(balance.slice([input.step, 0], [1, -1]).as1D());
  return weighed.mean();
}

/** A mutant: all K steps under one tape, so that the loss of a step reaches the states before it. */
export const undetached: Loop = ({ stages, family }, { weights, sampled, balance }) => {
  const names = Object.keys(weights), queryX = sampled.queries.x;
  const losses: tf.Tensor1D[] = [];
  const total = (...current: tf.Tensor[]): tf.Scalar => {
    const here: Weights = Object.fromEntries(names.map((name, i) => [name, current[i]!]));
    let state: State = stages.regime.start(here, queryX);
    let sum: tf.Scalar = tf.scalar(0);
    for (const [step, batch] of sampled.batches.entries()) {
      const lengths = sampled.lengths[step]!;
      const signal = stages.regime.signal(weights, state, batch, lengths);
      const input = { weights: here, state, signal, batch, lengths, queryX, step };
      const { candidates, predictions } = Effect.runSync(refineOnce(stages)(input));
      const perPrefix = lossPerTask(family.loss, predictions, sampled.queries.y).mean<tf.Tensor1D>(0);
      losses.push(tf.keep(perPrefix));
      sum = sum.add(perPrefix.mul(balance.slice([step, 0], [1, -1]).as1D()).mean());
      state = stages.regime.advance(candidates, input);
    }
    return current.reduce<tf.Tensor>((loss, weight) => loss.add(weight.sum().mul(0)), sum) as tf.Scalar;
  };
  const gradients = tf.grads(total as (...x: tf.Tensor[]) => tf.Tensor)(names.map((name) => weights[name]!));
  const stacked = tf.stack(losses) as tf.Tensor2D;
  tf.dispose(losses);
  return { gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]!])), losses: stacked };
};
