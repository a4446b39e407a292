import { Effect } from "effect";
import { checkDevice, withDeviceFailures } from "../device/mod.ts";
import { DeviceLost } from "../errors/device_lost.ts";
import { NonFinite } from "../errors/non_finite.ts";
import type { RankLost } from "../errors/rank_lost.ts";
import { ShaderFailed } from "../errors/shader_failed.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";
import { saveBest, saveLast } from "./run_checkpoints.ts";
import { runFile } from "./run_folder.ts";
import { appendMetrics, type MetricLine } from "./run_log.ts";
import type { InferenceReplay } from "./inference_replay.ts";
import { isFiniteReport, type Iterated, type Iterations } from "./iterations.ts";
import type { IterationReport } from "./train_iteration.ts";
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
  /** How optimiser steps are taken. */
  readonly iterations: Iterations;
  /** Replays validation, with the same numbers; left out, it runs. */
  readonly replay?: InferenceReplay | undefined;
  /** Called after each logged iteration and each checkpoint. */
  readonly onEvent: (event: TrainingEvent) => Effect.Effect<void>;
}

/** Why a training stops early. */
export type TrainError = ShapeMismatch | RankLost | WriteFailed | NonFinite | DeviceLost | ShaderFailed;

/**
 * Trains from a state to the configured number of iterations: metrics, validation, checkpoints. The state is handed
 * over; the caller owns the one that comes back. An interruption takes effect at the next refinement step, or iteration
 * where these are replayed, and saves the last finished iteration first. A checkpoint that cannot be written ends the training.
 */
export function train(request: TrainRequest, from: TrainingState): Effect.Effect<TrainingState, TrainError> {
  const { built, config, seed, folder, metadata, iterations: { take, late }, replay, onEvent } = request;
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
  const checkpoint = (): { readonly checkpoint?: string } => savedAt > 0 ? { checkpoint: runFile(folder, "last") } : {};

  let recent = { iteration: state.iteration, at: performance.now() };
  const log = (done: number, report: IterationReport, validation?: number) =>
    Effect.gen(function* () {
      const now = performance.now();
      const tasksPerSecond = (done - recent.iteration) * tasks * 1000 / (now - recent.at);
      recent = { iteration: done, at: now };
      const line: MetricLine = {
        iteration: done,
        ...report,
        ...(validation === undefined ? {} : { validation }),
        tasksPerSecond: Math.round(tasksPerSecond * 10) / 10,
        elapsedSeconds: Math.round(now - startedAt) / 1000,
      };
      yield* appendMetrics(folder, line);
      yield* onEvent({ kind: "iteration", line, iterations });
    });

  /** Steps whose reports are not there yet, the oldest first, and the iteration that each began from. */
  const awaited: { readonly from: number; readonly report: Iterated["report"] }[] = [];
  /** Whether all that led to the state were numbers, on a device in order. */
  let isSound = true;
  const unsound = Effect.sync(() => void (isSound = false));
  /** Awaits the oldest reports until so many are left, and logs those that are due. */
  const settle = (left: number) => {
    const settled = Effect.gen(function* () {
      while (awaited.length > left) {
        const { from, report } = awaited.shift()!, told = yield* report, done = from + 1;
        yield* checkDevice;
        if (!isFiniteReport(told)) return yield* nonFinite(from, told, checkpoint());
        if (left === 0 && awaited.length === 0 && validates(done)) yield* validate(told);
        else if (done % logEvery === 0) yield* log(done, told);
      }
    });
    return Effect.onError(settled, () => unsound);
  };

  const validates = (done: number): boolean => done % validateEvery === 0 || done === iterations;
  /** What belongs to the state as it is now. */
  const validate = (report: IterationReport) =>
    Effect.gen(function* () {
      const done = state.iteration, validation = yield* validationError(built, config, state.weights, seed, replay);
      if (state.best === undefined || validation < state.best.error) {
        state = { ...state, best: { iteration: done, error: validation } };
        yield* saveBest(folder, state, metadata);
      }
      yield* log(done, report, validation);
    });

  /** What belongs to an iteration: all of it happens, or the iteration has not happened. */
  const finish = ({ state: next, report }: Iterated) =>
    Effect.uninterruptible(Effect.gen(function* () {
      awaited.push({ from: state.iteration, report });
      state = { ...next, elapsedSeconds: (performance.now() - startedAt) / 1000 };
      const done = state.iteration, isSaved = done % checkpointEvery === 0 || done === iterations;
      yield* settle(isSaved || validates(done) ? 0 : late);
      if (isSaved) yield* save;
    }));

  const loop = Effect.gen(function* () {
    while (state.iteration < iterations) {
      yield* finish(yield* take(state));
    }
    return state;
  });
  const named = withDeviceFailures(loop).pipe(
    Effect.catchTag(
      "DeviceLost",
      ({ adapter, reason, detail }) => Effect.fail(new DeviceLost({ adapter, reason, detail, ...checkpoint() })),
    ),
    Effect.catchTag(
      "ShaderFailed",
      ({ adapter, kind, detail }) => Effect.fail(new ShaderFailed({ adapter, kind, detail, ...checkpoint() })),
    ),
  );
  // What fails while an interruption waits is told by nobody: then the state is not worth saving.
  const settled = Effect.ignore(Effect.onError(Effect.andThen(settle(0), checkDevice), () => unsound));
  const saveSound = Effect.suspend(() => isSound ? Effect.orDie(save) : Effect.void);
  return Effect.onInterrupt(named, () => Effect.andThen(settled, saveSound));
}

function nonFinite(
  iteration: number,
  { lossPerStep, gradientNorm, learningRate }: IterationReport,
  checkpoint: { readonly checkpoint?: string },
): Effect.Effect<never, NonFinite> {
  return Effect.fail(new NonFinite({ iteration, lossPerStep, gradientNorm, learningRate, ...checkpoint }));
}
