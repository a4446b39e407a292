import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import { keyFor, purpose } from "../random/mod.ts";
import { averageStates } from "../stages/average_states.ts";
import type { State } from "../stages/regime.ts";
import type { Observations } from "../stages/task_family.ts";
import { inferenceOf } from "../training/inference.ts";
import type { InferenceReplay } from "../training/inference_replay.ts";
import type { BuiltPipeline, CommonConfig } from "../training/pipeline.ts";
import { type ContextLengthPoint, lengthsTo, meanOf } from "./context_length_point.ts";
import { errorPerTask } from "./error_per_task.ts";
import { ridgeSoFar } from "./_ridge_so_far.ts";

/** What to measure. */
export interface ContextLengthRequest {
  /** The pipeline's stages. */
  readonly built: BuiltPipeline;
  /** The configuration: how many observations a mini-batch has, and the trained steps. */
  readonly config: Pick<CommonConfig, "observations" | "steps">;
  /** Trained weights; they stay the caller's. */
  readonly weights: Weights;
  /** Seed of the tasks. */
  readonly seed: number;
  /** Tasks, all at once. */
  readonly tasks: number;
  /** Queries per task. */
  readonly queries: number;
  /** Mini-batches of the longest context. */
  readonly miniBatches: number;
  /** Replays refinements and predictions, with the same bits; left out, they run as they are. */
  readonly replay?: InferenceReplay | undefined;
  /** Called after each length that is measured. */
  readonly onProgress?: (at: ContextLengthPoint) => Effect.Effect<void>;
}

/**
 * The error on new tasks against the length of their context, beyond the trained steps, at constant memory: the last
 * state, the average of late ones, and ridge regression on all observations. For squared errors and classes.
 */
export function measureContextLength(
  request: ContextLengthRequest,
): Effect.Effect<readonly ContextLengthPoint[], ShapeMismatch> {
  return Effect.suspend(() => {
    const held = holdTasks(request);
    return Effect.ensuring(lengthen(request, held), Effect.sync(held.dispose));
  });
}

/** The tasks, and what changes from step to step: freed whatever happens. */
interface Held {
  readonly queries: Observations;
  /** The mini-batch of step k, the caller's. */
  readonly batch: (k: number) => Observations;
  state: State;
  average: State;
  readonly dispose: () => void;
}

function holdTasks({ built: { family, stages: { regime } }, weights, seed, tasks, ...c }: ContextLengthRequest): Held {
  const key = keyFor(seed, "evaluation", 0), range = { first: 0, count: tasks };
  const drawn = family.drawTasks(purpose(key, "tasks"), range);
  const observe = (name: string, count: number, role: "context" | "query"): Observations =>
    family.observe(drawn, { key: purpose(key, name), range, count, role, split: "evaluation" });
  const queries = observe("queries", c.queries, "query");
  const start = (): State => tf.tidy(() => ({ ...regime.start(weights, queries.x) }));
  const held: Held = {
    queries,
    batch: (k) => observe(`context ${k}`, c.config.observations, "context"),
    state: start(),
    average: start(),
    dispose: () => tf.dispose([drawn, queries, held.state as tf.NamedTensorMap, held.average as tf.NamedTensorMap]),
  };
  return held;
}

/** Goes through mini-batch after mini-batch, and measures at some. */
function lengthen(request: ContextLengthRequest, held: Held) {
  const { built: { family, stages }, weights, config, miniBatches } = request, { queries } = held;
  const { step, predict } = inferenceOf(stages, request.replay), lengths = lengthsTo(miniBatches);
  const errorOf = (state: State) =>
    Effect.flatMap(predict({ weights, state, queryX: queries.x }), (predicted) =>
      Effect.promise(async () => {
        const errors = errorPerTask(family, predicted, queries.y);
        predicted.dispose();
        const values = await errors.data();
        errors.dispose();
        return meanOf(values);
      }));
  return Effect.gen(function* () {
    const ridge = yield* ridgeSoFar(family, queries);
    const points: ContextLengthPoint[] = [];
    for (let k = 1; k <= miniBatches; k++) {
      const batch = held.batch(k - 1);
      const refined = Effect.gen(function* () {
        yield* ridge.add(batch);
        return yield* step({ weights, state: held.state, batch, lengths: "all", queryX: queries.x, step: k - 1 });
      });
      const next = yield* Effect.ensuring(refined, Effect.sync(() => tf.dispose(batch)));
      const { average } = held;
      const averaged = averageStates({ average, state: next.state, step: k, trainedSteps: config.steps });
      tf.dispose([held.state, average, next.candidates] as tf.NamedTensorMap[]);
      [held.state, held.average] = [next.state, averaged];
      yield* Effect.yieldNow;
      if (!lengths.has(k)) continue;
      const point: ContextLengthPoint = {
        miniBatches: k,
        observations: k * config.observations,
        last: yield* errorOf(held.state),
        averaged: yield* errorOf(held.average),
        ridge: ridge.error(),
      };
      points.push(point);
      if (request.onProgress !== undefined) yield* request.onProgress(point);
    }
    return points;
  });
}
