import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import type { State } from "../stages/regime.ts";
import type { Observations } from "../stages/task_family.ts";
import { inferenceOf } from "../training/inference.ts";
import type { InferenceReplay } from "../training/inference_replay.ts";
import type { BuiltPipeline } from "../training/pipeline.ts";
import { disposeSample } from "../training/dispose_sample.ts";
import { errorPerTask } from "./error_per_task.ts";
import { joined } from "./_host_tasks.ts";
import { fewTogether } from "./run_model.ts";
import type { RuntimeRow } from "./runtime_file.ts";
import { summarise } from "./summarise.ts";

/** What to time. */
export interface RuntimeRequest {
  /** The pipeline's stages. */
  readonly built: BuiltPipeline;
  /** Trained weights; they stay the caller's. */
  readonly weights: Weights;
  /** Seed of the tasks. */
  readonly seed: number;
  /** Tasks, all at once. */
  readonly tasks: number;
  /** Queries per task. */
  readonly queries: number;
  /** Observations N of a mini-batch. */
  readonly observations: number;
  /** Numbers of mini-batches K, ascending. */
  readonly miniBatches: readonly number[];
  /** Timed runs, after one to warm up; the median is told, with the fastest and the slowest. */
  readonly repeats: number;
  /** Observations that one step looks at, at most: attention's cost grows with their square. 1,024 unless said. */
  readonly together?: number;
  /** Replays refinements and predictions, with the same bits; left out, they run as they are. Memory is that of running them. */
  readonly replay?: InferenceReplay | undefined;
  /** Called before each number of mini-batches. */
  readonly onProgress?: (miniBatches: number) => Effect.Effect<void>;
}

/**
 * Time, memory and error of K mini-batches of N observations, one after another, and of one step on the same K · N
 * together, on tasks never seen in training. Both are timed in turn, until their state has been read. Memory is the most
 * bytes of tensors that were alive at once beyond those before. One step is not measured where its observations are too
 * many, since attention's cost grows with their square.
 */
export function measureRuntime(request: RuntimeRequest): Effect.Effect<readonly RuntimeRow[], ShapeMismatch> {
  const { built: { stages, family }, weights, seed, tasks, queries, observations, miniBatches, repeats } = request;
  const { together = fewTogether } = request;
  const most = Math.max(...miniBatches);
  const draw = stages.taskSampling({ steps: most, observations, queries, lengths: "all" });
  return Effect.gen(function* () {
    const sampled = yield* draw({ seed, split: "evaluation", iteration: 0, range: { first: 0, count: tasks } });
    const { x: queryX, y: queryY } = sampled.queries;
    /** The state after these batches, read; the caller owns it. */
    const refine = (
      batches: readonly Observations[],
      { step } = inferenceOf(stages, request.replay),
    ): Effect.Effect<State, ShapeMismatch> =>
      Effect.suspend(() => {
        let state: State = tf.tidy(() => ({ ...stages.regime.start(weights, queryX) }));
        const refined = Effect.gen(function* () {
          for (const [k, batch] of batches.entries()) {
            const next = yield* step({ weights, state, batch, lengths: "all", queryX, step: k });
            tf.dispose([state, next.candidates] as tf.NamedTensorMap[]);
            state = next.state;
          }
          yield* Effect.promise(() => Promise.all(Object.values(state).map((tensor) => tensor.data())));
          return state;
        });
        return Effect.onError(refined, () => Effect.sync(() => tf.dispose(state as tf.NamedTensorMap)));
      });
    const timed = (batches: readonly Observations[]) =>
      Effect.gen(function* () {
        const start = performance.now();
        tf.dispose((yield* refine(batches)) as tf.NamedTensorMap);
        return (performance.now() - start) / 1000 / tasks;
      });
    const measured = (batches: readonly Observations[], seconds: readonly number[]) =>
      Effect.gen(function* () {
        const peakTensorBytes = yield* peakBytes(refine(batches, inferenceOf(stages)));
        const state = yield* refine(batches);
        const perTask = tf.tidy(() =>
          errorPerTask(family, stages.regime.predict(weights, stages.regime.asCandidates(state), queryX), queryY)
        );
        const errors = Float64Array.from(yield* Effect.promise(() => perTask.data()));
        tf.dispose([state as tf.NamedTensorMap, perTask]);
        const { mean, standardError } = summarise({ tasks, steps: 0, errors })[0]!;
        return { mean, standardError, tasks, ...spread(seconds), peakTensorBytes };
      });
    const rows: RuntimeRow[] = [];
    for (const K of miniBatches) {
      if (request.onProgress !== undefined) yield* request.onProgress(K);
      const small = sampled.batches.slice(0, K);
      const large = K * observations <= together ? tf.tidy(() => joined(small)) : undefined;
      const ways = [
        { method: "mini-batches", batches: small, seconds: [] as number[] },
        ...(large === undefined ? [] : [{ method: "one large batch", batches: [large], seconds: [] as number[] }]),
      ];
      for (let repeat = 0; repeat <= repeats; repeat++) {
        for (const { batches, seconds } of ways) {
          const one = yield* timed(batches);
          if (repeat > 0) seconds.push(one); // the first warms up
        }
      }
      for (const { method, batches, seconds } of ways) {
        const row = yield* measured(batches, seconds);
        rows.push({ method, kind: "model", observations: K * observations, steps: batches.length, passes: 1, ...row });
      }
      if (large !== undefined) tf.dispose(large);
    }
    disposeSample(sampled);
    return rows;
  });
}

/** The most bytes of tensors alive at once while it runs, beyond those before it. */
function peakBytes(refined: Effect.Effect<State, ShapeMismatch>): Effect.Effect<number, ShapeMismatch> {
  return Effect.suspend(() => {
    const before = tf.memory().numBytes;
    let exit: Effect.Effect<State, ShapeMismatch> | undefined;
    const profile = tf.profile(async () => {
      exit = await Effect.runPromiseExit(refined);
      return {};
    });
    return Effect.flatMap(Effect.promise(() => profile), ({ peakBytes }) =>
      Effect.map(exit!, (state) => {
        tf.dispose(state as tf.NamedTensorMap);
        return peakBytes - before;
      }));
  });
}

/** The median, with the fastest and the slowest. */
function spread(seconds: readonly number[]): Pick<RuntimeRow, "secondsPerTask" | "fastest" | "slowest"> {
  const sorted = [...seconds].sort((a, b) => a - b);
  return { secondsPerTask: sorted[sorted.length >> 1]!, fastest: sorted[0]!, slowest: sorted.at(-1)! };
}
