import { Effect, Exit, type Scope } from "effect";
import { exchangeBuffers, exchangeOf } from "../../lib/collective/mod.ts";
import { RankLost } from "../../lib/errors/rank_lost.ts";
import { UnevenShards } from "../../lib/errors/uneven_shards.ts";
import type { WrongUse } from "../../lib/errors/wrong_use.ts";
import {
  type BuiltPipeline,
  type CommonConfig,
  deviceIterations,
  exchangeFloats,
  hostIterations,
  type Iterations,
  type JsonObject,
  localGradients,
  makeReplay,
  rankGradients,
  type RunIdentity,
} from "../../lib/training/mod.ts";
import type { GradientWorkerStart } from "./_gradient_worker.ts";
import type { ReplayChoice } from "./_open_run.ts";
import { type Arguments, wholeNumber } from "./_options.ts";
import { withSamplesAhead, withSamplesElsewhere } from "./_sample_ahead.ts";
import type { SamplingWorkerStart } from "./_sampling_worker.ts";
import { say } from "./_terminal.ts";

/** What decides how a training is spread. */
export interface WorkersRequest {
  readonly built: BuiltPipeline;
  readonly config: CommonConfig;
  readonly identity: RunIdentity;
  readonly device: "webgpu" | "wasm" | "cpu";
  readonly blas: string;
  /** The folder of data sets, where the pipeline reads any. */
  readonly data: string | undefined;
  /** Ranks in all, this one included. */
  readonly workers: number;
  /** Whether the loop's kernels are recorded once and replayed, which keeps the bits. */
  readonly replay: ReplayChoice;
}

/** A worker that is silent for longer than this, and so many times the leader's own part of an iteration, is lost. */
const silence = { ms: 60_000, times: 20 };

/** As many ranks as there are cores and shards allow: a power of two. */
export function automaticWorkers(config: CommonConfig, device: string): number {
  if (device !== "wasm") return 1;
  const cores = Math.max(1, navigator.hardwareConcurrency);
  return Math.min(config.training.shards, 2 ** Math.floor(Math.log2(cores)));
}

/** The ranks that `--workers` asks for, or as many as are of use. */
export function workersOf(
  command: string,
  args: Arguments,
  config: CommonConfig,
  device: string,
): Effect.Effect<number, WrongUse> {
  const asked = args.value("workers") ?? "auto";
  return asked === "auto"
    ? Effect.succeed(automaticWorkers(config, device))
    : wholeNumber(command, "workers", asked, 1);
}

/**
 * A training's optimiser steps over so many ranks: this process's thread is rank 0, the others are workers that live until
 * the scope closes. The bits are those of one rank. A GPU takes whole steps for itself, and is one rank.
 */
export function iterationsOf(
  request: WorkersRequest,
): Effect.Effect<Iterations, UnevenShards | RankLost, Scope.Scope> {
  const { built, config, identity, workers } = request;
  const { shards } = config.training;
  return Effect.gen(function* () {
    if (workers > shards || shards % workers !== 0) return yield* new UnevenShards({ shards, workers });
    const replay = request.replay === "off" || request.device === "cpu"
      ? undefined
      : yield* makeReplay((refused) => say(`iterations are not replayed: ${refused.message}`));
    if (request.device === "webgpu") {
      const drawing = yield* withSamplesElsewhere(built, config, { ...samplingStart(request), device: "wasm" });
      return yield* deviceIterations(drawing, config, identity.seed, replay);
    }
    if (workers === 1) {
      const drawing = yield* drawingAhead(request, request.device);
      return hostIterations(localGradients(drawing, config, identity.seed, undefined, replay), config);
    }
    const buffers = exchangeBuffers(workers, exchangeFloats(built, config));
    let lost: { readonly rank: number; readonly reason: string } | undefined;
    const exchange = exchangeOf(buffers, 0, { lost: () => lost, silence });
    for (let rank = 1; rank < workers; rank++) {
      const start: GradientWorkerStart = {
        module: identity.module,
        config: config as unknown as JsonObject,
        seed: identity.seed,
        rank,
        device: request.device,
        blas: request.blas,
        data: request.data,
        replay: request.replay,
        buffers,
      };
      yield* Effect.acquireRelease(
        startWorker(start, (reason) => lost ??= { rank, reason }),
        () => Effect.sync(() => exchange.end()),
      );
    }
    return hostIterations(rankGradients(built, config, identity.seed, exchange, replay), config);
  });
}

/** One thread of training leaves a core to draw its tasks, where there is another. */
function drawingAhead(request: WorkersRequest, device: "wasm" | "cpu") {
  const { built, config } = request;
  if (navigator.hardwareConcurrency < 2) return Effect.succeed(built);
  return withSamplesAhead(built, config, { ...samplingStart(request), device });
}

function samplingStart({ config, identity, blas, data }: WorkersRequest): Omit<SamplingWorkerStart, "device"> {
  return { module: identity.module, config: config as unknown as JsonObject, blas, data };
}

/** Starts a worker and waits until its device is open. */
function startWorker(start: GradientWorkerStart, onLost: (reason: string) => void): Effect.Effect<Worker, RankLost> {
  return Effect.callback<Worker, RankLost>((resume) => {
    const worker = new Worker(new URL("./_gradient_worker.ts", import.meta.url), { type: "module" });
    const fail = (reason: string): void => {
      onLost(reason);
      resume(Exit.fail(new RankLost({ rank: start.rank, iteration: 0, reason })));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message);
    };
    worker.onmessage = ({ data }) => data === "ready" ? resume(Exit.succeed(worker)) : fail(data.failed);
    worker.postMessage(start);
  });
}
