import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { CaptureRefused } from "../../lib/errors/capture_refused.ts";
import { deviceIterations } from "../../lib/training/device_iterations.ts";
import { hostIterations } from "../../lib/training/iterations.ts";
import { makeReplay } from "../../lib/training/replay.ts";
import { localGradients } from "../../lib/training/shards.ts";
import type { IterationReport } from "../../lib/training/train_iteration.ts";
import { disposeTrainingState, initialTrainingState } from "../../lib/training/training_state.ts";
import type { BuiltPipeline, CommonConfig } from "../../lib/training/pipeline.ts";
import type { Numbers } from "../properties/_values.ts";

/** What a training of a few iterations leaves. */
export interface Trained {
  readonly weights: Numbers;
  readonly moments: Numbers;
  readonly reports: readonly IterationReport[];
  readonly refused: readonly CaptureRefused[];
  /** How many ways of seeing mini-batches were recorded. */
  readonly recordings: number;
}

/** Trains from a fresh state, replayed or eagerly; what is alive after is told by `onIteration`. */
export function trained(
  built: BuiltPipeline,
  config: CommonConfig,
  { iterations, replays, seed = 3, onIteration }: {
    readonly iterations: number;
    readonly replays: boolean;
    readonly seed?: number;
    readonly onIteration?: (i: number) => void;
  },
): Promise<Trained> {
  const refused: CaptureRefused[] = [];
  return Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const replay = replays ? yield* makeReplay((why) => Effect.sync(() => void refused.push(why))) : undefined;
    const { take } = tf.getBackend() === "webgpu"
      ? yield* deviceIterations(built, config, seed, replay)
      : hostIterations(localGradients(built, config, seed, undefined, replay), config);
    let state = initialTrainingState(built, config, seed);
    const reports: IterationReport[] = [];
    for (let i = 0; i < iterations; i++) {
      const next = yield* take(state);
      state = next.state;
      reports.push(yield* next.report);
      onIteration?.(i);
    }
    const result = {
      weights: yield* readAll(state.weights),
      moments: yield* readAll({ ...prefixed("first", state.first), ...prefixed("second", state.second) }),
      reports,
      refused,
      recordings: replay?.recordings() ?? 0,
    };
    disposeTrainingState(state);
    return result;
  })));
}

/** Reads named tensors on any backend. */
function readAll(tensors: Readonly<Record<string, tf.Tensor>>): Effect.Effect<Numbers> {
  const all = Object.entries(tensors);
  const read = Effect.promise(() => Promise.all(all.map(([, tensor]) => tensor.data<"float32">())));
  return Effect.map(
    read,
    (data) => Object.fromEntries(all.map(([name, { shape }], i) => [name, { shape, data: data[i]!.slice() }])),
  );
}

function prefixed(prefix: string, record: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix} ${name}`, value]));
}
