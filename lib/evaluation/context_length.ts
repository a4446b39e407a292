import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import { keyFor, purpose } from "../random/mod.ts";
import { averageStates } from "../stages/average_states.ts";
import { inferStep } from "../stages/detached_state_loop.ts";
import type { State } from "../stages/regime.ts";
import type { Observations } from "../stages/task_family.ts";
import type { BuiltPipeline, CommonConfig } from "../training/pipeline.ts";
import { errorPerTask } from "./error_per_task.ts";
import { addObservations, emptyEquations, solveRidge } from "./solve_normal_equations.ts";
import { linearError, taskAt, type TaskBatch } from "./task_batch.ts";

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
  /** Called after each length that is measured. */
  readonly onProgress?: (at: ContextLengthPoint) => Effect.Effect<void>;
}

/** A mean over tasks, and its standard error. */
export interface MeanError {
  /** In the metric's unit. */
  readonly mean: number;
  /** Sample standard deviation over tasks, divided by √tasks. */
  readonly standardError: number;
}

/** Errors after so many mini-batches. */
export interface ContextLengthPoint {
  /** Mini-batches gone through. */
  readonly miniBatches: number;
  /** Observations in them. */
  readonly observations: number;
  /** The last state. */
  readonly last: MeanError;
  /** The running average of late states, which `predict` takes. */
  readonly averaged: MeanError;
  /** Ridge regression on all observations so far, at the penalty that is best for these tasks at this length. */
  readonly ridge: MeanError;
}

const penalties = [0.1, 0.316, 1, 3.16, 10, 31.6, 100];

/** 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, …, and the last. */
function lengthsTo(last: number): ReadonlySet<number> {
  const lengths = [last];
  for (let ten = 1; ten <= last; ten *= 10) {
    for (const factor of [1, 1.5, 2, 3, 5, 7]) if (Number.isInteger(factor * ten)) lengths.push(factor * ten);
  }
  return new Set(lengths.filter((length) => length <= last));
}

/**
 * The error on new tasks against the length of their context, beyond the trained steps, at constant memory: the last
 * state, the average of late ones, and ridge regression on all observations. For squared errors and classes.
 */
export function measureContextLength(
  request: ContextLengthRequest,
): Effect.Effect<readonly ContextLengthPoint[], ShapeMismatch> {
  const { built: { family, stages }, weights, seed, tasks, queries: count, config, miniBatches } = request;
  const { regime } = stages;
  const key = keyFor(seed, "evaluation", 0), range = { first: 0, count: tasks };
  const step = inferStep(stages), lengths = lengthsTo(miniBatches);
  return Effect.gen(function* () {
    const drawn = family.drawTasks(purpose(key, "tasks"), range);
    const observe = (name: string, count: number, role: "context" | "query"): Observations =>
      family.observe(drawn, { key: purpose(key, name), range, count, role, split: "evaluation" });
    const queries = observe("queries", count, "query");
    const { features, outputs } = family;
    const host: TaskBatch = {
      tasks,
      observations: 0,
      queries: count,
      features,
      outputs,
      contextX: new Float32Array(),
      contextY: new Float32Array(),
      ...yield* Effect.promise(async () => ({ queryX: await floats(queries.x), queryY: await floats(queries.y) })),
    };
    const equations = Array.from({ length: tasks }, () => emptyEquations(features, outputs));
    const start = (): State => tf.tidy(() => ({ ...regime.start(weights, queries.x) }));
    let state = start(), average = start();
    const errorOf = (of: State) =>
      Effect.promise(async () => {
        const errors = tf.tidy(() =>
          errorPerTask(family, regime.predict(weights, regime.asCandidates(of), queries.x), queries.y)
        );
        const values = await errors.data();
        errors.dispose();
        return meanOf(values);
      });
    const points: ContextLengthPoint[] = [];
    for (let k = 1; k <= miniBatches; k++) {
      const batch = observe(`context ${k - 1}`, config.observations, "context");
      const next = yield* step({ weights, state, batch, lengths: "all", queryX: queries.x, step: k - 1 });
      const averaged = averageStates({ average, state: next.state, step: k, trainedSteps: config.steps });
      tf.dispose([state, average, next.candidates] as tf.NamedTensorMap[]);
      [state, average] = [next.state, averaged];
      yield* Effect.promise(async () => {
        const [x, y] = [await floats(batch.x), await floats(batch.y)];
        equations.forEach((sums, task) => {
          const from = task * config.observations;
          addObservations(sums, x, y, from, from + config.observations);
        });
        tf.dispose([batch.x, batch.y]);
      });
      yield* Effect.yieldNow;
      if (!lengths.has(k)) continue;
      const ridges = penalties.map((penalty) =>
        meanOf(equations.map((sums, task) =>
          linearError(
            host,
            taskAt(host, task),
            solveRidge(sums, penalty),
            family.loss === "squared-error" ? "squared-error" : "misclassified",
          )
        ))
      );
      const point: ContextLengthPoint = {
        miniBatches: k,
        observations: k * config.observations,
        last: yield* errorOf(state),
        averaged: yield* errorOf(average),
        ridge: ridges.reduce((best, ridge) => ridge.mean < best.mean ? ridge : best),
      };
      points.push(point);
      if (request.onProgress !== undefined) yield* request.onProgress(point);
    }
    tf.dispose([drawn, queries.x, queries.y, state as tf.NamedTensorMap, average as tf.NamedTensorMap]);
    return points;
  });
}

async function floats(tensor: tf.Tensor): Promise<Float32Array> {
  return await tensor.data<"float32">();
}

function meanOf(errors: ArrayLike<number>): MeanError {
  const values = Array.from(errors);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length) };
}
