import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { disposeSample } from "../training/dispose_sample.ts";
import { chunkRunner, clocked, type Seconds } from "./_chunk_runner.ts";
import { type HostChunk, hostChunk, type HostTasks, joinHosts } from "./_host_tasks.ts";
import type { ModelRunRequest } from "./model_run_request.ts";
import type { ErrorsPerStep } from "./task_batch.ts";

/** Errors after steps 0 … steps, per task, and the tasks as host data for other methods. */
export interface ModelRun extends HostTasks {
  /** The model as trained. */
  readonly model: ErrorsPerStep;
  /** The running average of states from step K on, as `predict` takes it. */
  readonly averaged: ErrorsPerStep;
  /** One step on all observations so far, NaN where these are too many together; absent without controls. */
  readonly oneStep?: ErrorsPerStep;
  /** The mean of one-step predictions, one a mini-batch; absent without controls. */
  readonly ensemble?: ErrorsPerStep;
  /** Wall-clock seconds by task of the model's refinements. */
  readonly secondsPerTask: number;
  /** The same of what the others do, each measured for itself: averaging is beside the refinements that it is of. */
  readonly secondsOf: { readonly averaged: number; readonly oneStep: number; readonly ensemble: number };
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
    const seconds: Seconds = { refining: 0, averaging: 0, oneStep: 0, ensemble: 0 };
    for (let first = 0; first < tasks; first += atOnce) {
      const range = { first, count: Math.min(atOnce, tasks - first) };
      const sampled = yield* draw({ seed, split, iteration: 0, range });
      const runner = chunkRunner({ ...request, together }, sampled);
      const states = yield* clocked(seconds, "refining", runner.refine(sampled.batches));
      for (const [k, state] of states.entries()) yield* runner.measure(state, model, first, k);
      const averages = yield* clocked(seconds, "averaging", runner.average(states));
      for (const [k, average] of averages.entries()) yield* runner.measure(average, averaged, first, k);
      tf.dispose(averages as tf.NamedTensorMap[]);
      if (controls) yield* runner.measureControls(states[0]!, { oneStep, ensemble, seconds }, first);
      tf.dispose(states as tf.NamedTensorMap[]);
      hosts.push(yield* hostChunk(sampled, family.limit !== undefined));
      disposeSample(sampled);
      if (request.onProgress !== undefined) yield* request.onProgress(first + range.count);
    }
    return {
      model,
      averaged,
      ...(controls ? { oneStep, ensemble } : {}),
      secondsPerTask: seconds.refining / tasks,
      secondsOf: {
        averaged: (seconds.refining + seconds.averaging) / tasks,
        oneStep: seconds.oneStep / tasks,
        ensemble: seconds.ensemble / tasks,
      },
      ...joinHosts(hosts, { tasks, observations: observations * steps, queries, family }),
    };
  });
}
