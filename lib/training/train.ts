import { Effect } from "effect";
import { checkDevice } from "../device/mod.ts";
import type { DeviceLost } from "../errors/device_lost.ts";
import { NonFinite } from "../errors/non_finite.ts";
import type { RankLost } from "../errors/rank_lost.ts";
import type { ShaderFailed } from "../errors/shader_failed.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";
import { saveBest, saveLast } from "./run_checkpoints.ts";
import { runFile } from "./run_folder.ts";
import { appendMetrics, type MetricLine } from "./run_log.ts";
import type { GradientSource } from "./shards.ts";
import { type IterationReport, trainIteration } from "./train_iteration.ts";
import type { TrainingState } from "./training_state.ts";
import { validationError } from "./validate.ts";

/** What a training tells while it runs. */
export type TrainingEvent =
  | { readonly kind: "iteration"; readonly line: MetricLine; readonly iterations: number }
  | { readonly kind: "checkpoint"; readonly iteration: number; readonly path: string };

/** What a training is given. */
export interface TrainRequest {
  /** The pipeline's stages. */
  readonly built: BuiltPipeline;
  /** Its configuration. */
  readonly config: CommonConfig;
  /** The run's seed. */
  readonly seed: number;
  /** The run folder, which exists. */
  readonly folder: string;
  /** Goes into every checkpoint: the run's hash, the device. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where gradients are computed. */
  readonly source: GradientSource;
  /** Called after each logged iteration and each checkpoint. */
  readonly onEvent: (event: TrainingEvent) => Effect.Effect<void>;
}

/** Why a training stops early. */
export type TrainError = ShapeMismatch | RankLost | WriteFailed | NonFinite | DeviceLost | ShaderFailed;

/**
 * Trains from a state to the configured number of iterations: metrics, validation, checkpoints. The state is handed
 * over; the caller owns the one that comes back. An interruption takes effect at the next refinement step and saves
 * the last finished iteration first. A checkpoint that cannot be written ends the training.
 */
export function train(request: TrainRequest, from: TrainingState): Effect.Effect<TrainingState, TrainError> {
  const { built, config, seed, folder, metadata, source, onEvent } = request;
  const { iterations, logEvery, checkpointEvery, validateEvery, tasks } = config.training;
  let state = from;
  let savedAt = from.iteration;
  const startedAt = performance.now() - from.elapsedSeconds * 1000;
  const save = Effect.suspend(() => {
    if (state.iteration === savedAt) return Effect.void;
    return Effect.andThen(saveLast(folder, state, metadata), () => {
      savedAt = state.iteration;
      return onEvent({ kind: "checkpoint", iteration: state.iteration, path: runFile(folder, "last") });
    });
  });

  let recent = { iteration: state.iteration, at: performance.now() };
  /** What belongs to a finished iteration: all of it happens, or the iteration has not happened. */
  const finish = (next: TrainingState, report: IterationReport) =>
    Effect.uninterruptible(Effect.gen(function* () {
      const now = performance.now();
      state = { ...next, elapsedSeconds: (now - startedAt) / 1000 };
      const done = state.iteration;
      const isLast = done === iterations;
      const validates = done % validateEvery === 0 || isLast;
      const validation = validates ? yield* validationError(built, config, state.weights, seed) : undefined;
      const improved = validation !== undefined && (state.best === undefined || validation < state.best.error);
      if (improved) {
        state = { ...state, best: { iteration: done, error: validation } };
        yield* saveBest(folder, state, metadata);
      }
      if (done % logEvery === 0 || validates) {
        const tasksPerSecond = (done - recent.iteration) * tasks * 1000 / (now - recent.at);
        recent = { iteration: done, at: performance.now() };
        const line: MetricLine = {
          iteration: done,
          ...report,
          ...(validation === undefined ? {} : { validation }),
          tasksPerSecond: Math.round(tasksPerSecond * 10) / 10,
          elapsedSeconds: Math.round(state.elapsedSeconds * 1000) / 1000,
        };
        yield* appendMetrics(folder, line);
        yield* onEvent({ kind: "iteration", line, iterations });
      }
      if (done % checkpointEvery === 0 || isLast) yield* save;
    }));

  const loop = Effect.gen(function* () {
    while (state.iteration < iterations) {
      const { state: next, report } = yield* trainIteration(source, config, state);
      yield* checkDevice;
      if (next === state) return yield* nonFinite(folder, state, report, savedAt);
      yield* finish(next, report);
    }
    return state;
  });
  return Effect.onInterrupt(loop, () => Effect.orDie(save));
}

function nonFinite(
  folder: string,
  state: TrainingState,
  report: IterationReport,
  savedAt: number,
): Effect.Effect<never, NonFinite> {
  const { lossPerStep, gradientNorm, learningRate } = report;
  return Effect.fail(
    new NonFinite({
      iteration: state.iteration,
      lossPerStep,
      gradientNorm,
      learningRate,
      ...(savedAt > 0 ? { checkpoint: runFile(folder, "last") } : {}),
    }),
  );
}
