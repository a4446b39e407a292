import { Effect, type Scope } from "effect";
import {
  type BuiltPipeline,
  type CommonConfig,
  type PackedSample,
  type RemoteSampler,
  sampleAhead,
  sampleElsewhere,
  shardRanges,
} from "../../lib/training/mod.ts";
import type { SamplingWorkerStart } from "./_sampling_worker.ts";
import { say } from "./_terminal.ts";

/**
 * The pipeline with task sampling that a worker runs ahead of, once drawing has been seen to take much of the time. The
 * worker ends with the scope. For a training of one thread: workers draw their own shards, and have no core to spare.
 */
export function withSamplesAhead(
  built: BuiltPipeline,
  config: CommonConfig,
  start: SamplingWorkerStart,
): Effect.Effect<BuiltPipeline, never, Scope.Scope> {
  const ranges = shardRanges(config.training);
  return Effect.map(
    samplingWorker(start),
    (open) => withSampling(built, (here) => sampleAhead({ here, open, ranges })),
  );
}

/** The pipeline with task sampling on a worker alone, which ends with the scope: for a GPU, which has better to do. */
export function withSamplesElsewhere(
  built: BuiltPipeline,
  config: CommonConfig,
  start: SamplingWorkerStart,
): Effect.Effect<BuiltPipeline, never, Scope.Scope> {
  const ranges = shardRanges(config.training);
  const onLost = say("the thread that draws tasks is lost: the GPU draws them, which may differ in the last digits");
  return Effect.map(samplingWorker(start), (open) => {
    const remote = open();
    return withSampling(built, (here) => sampleElsewhere({ remote, here, ranges, onLost }));
  });
}

type Sampling = ReturnType<BuiltPipeline["stages"]["taskSampling"]>;

function withSampling(built: BuiltPipeline, sampling: (here: Sampling) => Sampling): BuiltPipeline {
  const { stages } = built;
  return { ...built, stages: { ...stages, taskSampling: (sizes) => sampling(stages.taskSampling(sizes)) } };
}

/** Starts a worker when called, which ends with the scope. */
function samplingWorker(start: SamplingWorkerStart): Effect.Effect<() => RemoteSampler, never, Scope.Scope> {
  let worker: Worker | undefined;
  const open = (): RemoteSampler => {
    worker = new Worker(new URL("./_sampling_worker.ts", import.meta.url), { type: "module" });
    return remoteSampler(worker, start);
  };
  return Effect.as(Effect.acquireRelease(Effect.void, () => Effect.sync(() => worker?.terminate())), open);
}

/** Asks a worker, and gives everything up where it fails. */
export function remoteSampler(worker: Worker, start: SamplingWorkerStart): RemoteSampler {
  const waiting = new Map<number, PromiseWithResolvers<PackedSample>>();
  let asked = 0, lost: Error | undefined;
  const lose = (reason: string): void => {
    lost = new Error(reason);
    for (const { reject } of waiting.values()) reject(lost);
    waiting.clear();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    lose(event.message);
  };
  worker.onmessage = ({ data }: MessageEvent<{ id: number; sample: unknown; failed?: string }>) => {
    if (data.failed !== undefined) return lose(data.failed);
    waiting.get(data.id)?.resolve({ sample: data.sample, buffers: [] });
    waiting.delete(data.id);
  };
  worker.postMessage(start);
  return (request) => {
    if (lost !== undefined) return Promise.reject(lost);
    const answer = Promise.withResolvers<PackedSample>(), id = asked++;
    waiting.set(id, answer);
    worker.postMessage({ id, request });
    return answer.promise;
  };
}
