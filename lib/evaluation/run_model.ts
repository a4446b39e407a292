import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import { inferStep } from "../stages/detached_state_loop.ts";
import type { State } from "../stages/regime.ts";
import type { SampledTasks } from "../stages/task_sampling.ts";
import type { Observations } from "../stages/task_family.ts";
import type { BuiltPipeline } from "../training/pipeline.ts";
import { disposeSample } from "../training/shards.ts";
import { errorPerTask } from "./error_per_task.ts";
import { type HostChunk, hostChunk, type HostTasks, joined, joinHosts } from "./_host_tasks.ts";
import type { ErrorsPerStep } from "./task_batch.ts";

/** What to measure. */
export interface ModelRunRequest {
  /** The pipeline's stages. */
  readonly built: BuiltPipeline;
  /** Trained weights; they stay the caller's. */
  readonly weights: Weights;
  /** Seed of the tasks. */
  readonly seed: number;
  /** Tasks to measure. */
  readonly tasks: number;
  /** Queries per task. */
  readonly queries: number;
  /** Observations per mini-batch. */
  readonly observations: number;
  /** Refinement steps, beyond the trained number where larger. */
  readonly steps: number;
  /** Name of the random stream; the same name draws the same tasks. */
  readonly split: string;
  /** Whether to run the controls without iteration too. */
  readonly controls: boolean;
  /** Observations that the one-step control looks at, at most: attention's cost grows with their square. 1,024 unless said. */
  readonly together?: number;
  /** Called after each chunk with the tasks done. */
  readonly onProgress?: (tasksDone: number) => Effect.Effect<void>;
}

/** Errors after steps 0 … steps, per task, and the tasks as host data for other methods. */
export interface ModelRun extends HostTasks {
  /** The model as trained. */
  readonly model: ErrorsPerStep;
  /** The mean of the last half of the states. */
  readonly averaged: ErrorsPerStep;
  /** One step on all observations so far, NaN where these are too many together; absent without controls. */
  readonly oneStep?: ErrorsPerStep;
  /** The mean of one-step predictions, one a mini-batch; absent without controls. */
  readonly ensemble?: ErrorsPerStep;
  /** Wall-clock seconds of the refinements alone, by task. */
  readonly secondsPerTask: number;
}

/** Tasks that run together, where one step looks at no more than {@linkcode fewAtOnce} observations. */
const chunkOfTasks = 64;

/** Observations in one step that so many tasks have room for together; with more, fewer tasks run together. */
const fewAtOnce = 512;

/** Observations that one step may always look at. */
export const fewTogether = 1024;

/**
 * Runs a trained model on tasks never seen in training. Every mini-batch is seen whole, in the order drawn; the same
 * request gives the same numbers.
 */
export function runModel(request: ModelRunRequest): Effect.Effect<ModelRun, ShapeMismatch> {
  const { built: { stages, family }, seed, tasks, queries, observations, steps, split, controls } = request;
  const draw = stages.taskSampling({ steps, observations, queries, lengths: "all" });
  const { together = fewTogether } = request;
  const most = controls ? Math.min(together, steps * observations) : observations;
  const atOnce = Math.max(1, Math.floor(chunkOfTasks * Math.min(1, (fewAtOnce / most) ** 2)));
  return Effect.gen(function* () {
    const errors = () => ({ tasks, steps, errors: new Float64Array(tasks * (steps + 1)).fill(NaN) });
    const model = errors(), averaged = errors(), oneStep = errors(), ensemble = errors();
    const hosts: HostChunk[] = [];
    let seconds = 0;
    for (let first = 0; first < tasks; first += atOnce) {
      const range = { first, count: Math.min(atOnce, tasks - first) };
      const sampled = yield* draw({ seed, split, iteration: 0, range });
      const runner = chunkRunner(request, sampled);
      const start = performance.now();
      const states = yield* runner.refine(sampled.batches);
      seconds += (performance.now() - start) / 1000;
      for (let k = 0; k <= steps; k++) {
        yield* runner.measure(() => states[k]!, model, first, k);
        yield* runner.measure(
          () => meanState(states.slice(k === 0 ? 0 : Math.floor(k / 2) + 1, k + 1)),
          averaged,
          first,
          k,
        );
      }
      if (controls) {
        yield* runner.measureControls(states, { oneStep, ensemble }, first);
      }
      tf.dispose(states as tf.NamedTensorMap[]);
      hosts.push(yield* hostChunk(sampled, family.limit !== undefined));
      disposeSample(sampled);
      if (request.onProgress !== undefined) yield* request.onProgress(first + range.count);
    }
    return {
      model,
      averaged,
      ...(controls ? { oneStep, ensemble } : {}),
      secondsPerTask: seconds / tasks,
      ...joinHosts(hosts, { tasks, observations: observations * steps, queries, family }),
    };
  });
}

function chunkRunner(request: ModelRunRequest, sampled: SampledTasks) {
  const { built: { stages, family }, weights, steps, observations, together = fewTogether } = request;
  const { regime } = stages;
  const step = inferStep(stages);
  const { x: queryX, y: queryY } = sampled.queries;

  const start = (): State => tf.tidy(() => ({ ...regime.start(weights, queryX) }));

  /** States 0 … batches. */
  const refine = (batches: readonly Observations[]) =>
    Effect.gen(function* () {
      const states: State[] = [start()];
      for (const [k, batch] of batches.entries()) {
        const next = yield* step({ weights, state: states[k]!, batch, lengths: "all", queryX, step: k });
        tf.dispose(next.candidates as tf.NamedTensorMap);
        states.push(next.state);
      }
      return states;
    });

  const record = (perTask: tf.Tensor1D, into: ErrorsPerStep, first: number, k: number) =>
    Effect.map(Effect.promise(() => perTask.data()), (values) => {
      values.forEach((value, task) => into.errors[(first + task) * (steps + 1) + k] = value);
      perTask.dispose();
    });

  const measure = (state: () => State, into: ErrorsPerStep, first: number, k: number) => {
    const perTask = tf.tidy(() =>
      errorPerTask(family, regime.predict(weights, regime.asCandidates(state()), queryX), queryY)
    );
    return record(perTask, into, first, k);
  };

  /** One step on the first k mini-batches together, and the mean over k one-step predictions. */
  const measureControls = (
    states: readonly State[],
    into: { readonly oneStep: ErrorsPerStep; readonly ensemble: ErrorsPerStep },
    first: number,
  ) =>
    Effect.gen(function* () {
      let sum: tf.Tensor4D | undefined;
      for (const control of [into.oneStep, into.ensemble]) yield* measure(() => states[0]!, control, first, 0);
      for (let k = 1; k <= steps; k++) {
        if (k * observations <= together) {
          const all = tf.tidy(() => joined(sampled.batches.slice(0, k)));
          const whole = yield* refine([all]);
          yield* measure(() => whole[1]!, into.oneStep, first, k);
          tf.dispose([all, ...whole as tf.NamedTensorMap[]]);
        }
        const alone = yield* refine([sampled.batches[k - 1]!]);
        const next = tf.tidy(() => {
          const predicted = regime.predict(weights, regime.asCandidates(alone[1]!), queryX);
          const votes = family.loss === "squared-error" ? predicted : predicted.logSoftmax();
          return sum === undefined ? votes : sum.add<tf.Tensor4D>(votes);
        });
        tf.dispose([sum ?? [], ...alone as tf.NamedTensorMap[]]);
        sum = next as tf.Tensor4D;
        yield* record(tf.tidy(() => errorPerTask(family, sum!.div(k), queryY)), into.ensemble, first, k);
      }
      sum?.dispose();
    });

  return { refine, measure, measureControls };
}

/** The mean over states of every tensor. Called inside a tidy. */
function meanState(states: readonly State[]): State {
  const [head] = states;
  return Object.fromEntries(
    Object.keys(head!).map((name) => [name, tf.addN(states.map((s) => s[name]!)).div(states.length)]),
  );
}
