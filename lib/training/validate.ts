import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import { lossPerTask } from "../stages/loss_aggregation.ts";
import type { State } from "../stages/regime.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";
import { disposeSample } from "./dispose_sample.ts";
import { inferenceOf } from "./inference.ts";
import type { InferenceReplay } from "./inference_replay.ts";

/** Tasks of a chunk that fits the memory of any device. */
const chunkOfTasks = 64;

/**
 * Mean loss after step K on the validation tasks, each seeing all N observations of every mini-batch. The tasks are the
 * same at every call: split `validation`, iteration 0. A family with several kinds of batches is validated on as many
 * iterations, each with its share of the tasks, rounded up; every task counts the same. A replay gives the same number.
 */
export function validationError(
  built: BuiltPipeline,
  config: CommonConfig,
  weights: Weights,
  seed: number,
  replay?: InferenceReplay,
): Effect.Effect<number, ShapeMismatch> {
  const { stages, family } = built;
  const { validationTasks, queries } = config.training;
  const draw = stages.taskSampling({ steps: config.steps, observations: config.observations, queries, lengths: "all" });
  const { step, predict } = inferenceOf(stages, replay);
  const kinds = family.kinds ?? 1, tasks = Math.ceil(validationTasks / kinds);
  const chunks = Array.from({ length: kinds }, (_, iteration) => iteration).flatMap((iteration) =>
    Array.from({ length: Math.ceil(tasks / chunkOfTasks) }, (_, chunk) => {
      const first = chunk * chunkOfTasks;
      return { iteration, range: { first, count: Math.min(chunkOfTasks, tasks - first) } };
    })
  );
  return Effect.gen(function* () {
    let total = 0;
    for (const { iteration, range } of chunks) {
      const sampled = yield* draw({ seed, split: "validation", iteration, range });
      const queryX = sampled.queries.x;
      let state: State = tf.tidy(() => ({ ...stages.regime.start(weights, queryX) }));
      for (const [k, batch] of sampled.batches.entries()) {
        const next = yield* step({ weights, state, batch, lengths: "all", queryX, step: k });
        tf.dispose([state as tf.NamedTensorMap, next.candidates as tf.NamedTensorMap]);
        state = next.state;
      }
      const predictions = yield* predict({ weights, state, queryX });
      const errors = tf.tidy(() => lossPerTask(family.loss, predictions, sampled.queries.y).sum());
      predictions.dispose();
      total += (yield* Effect.promise(() => errors.data()))[0]!;
      errors.dispose();
      tf.dispose(state as tf.NamedTensorMap);
      disposeSample(sampled);
    }
    return total / (kinds * tasks);
  });
}
