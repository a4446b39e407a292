import { Effect } from "effect";
import type * as tf from "@tensorflow/tfjs";
import type { CaptureRefused } from "../../lib/errors/capture_refused.ts";
import { makeReplay } from "../../lib/training/replay.ts";
import { localGradients } from "../../lib/training/shards.ts";
import { type IterationReport, trainIteration } from "../../lib/training/train_iteration.ts";
import { disposeTrainingState, initialTrainingState } from "../../lib/training/training_state.ts";
import type { BuiltPipeline, CommonConfig } from "../../lib/training/pipeline.ts";
import { type Numbers, readAll } from "../properties/_values.ts";

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
  { iterations, replays, onIteration }: {
    readonly iterations: number;
    readonly replays: boolean;
    readonly onIteration?: (i: number) => void;
  },
): Promise<Trained> {
  const refused: CaptureRefused[] = [];
  return Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const replay = replays ? yield* makeReplay((why) => Effect.sync(() => void refused.push(why))) : undefined;
    const source = localGradients(built, config, 3, undefined, replay);
    let state = initialTrainingState(built, config, 3);
    const reports: IterationReport[] = [];
    for (let i = 0; i < iterations; i++) {
      const next = yield* trainIteration(source, config, state);
      state = next.state;
      reports.push(next.report);
      onIteration?.(i);
    }
    const moments = readAll({ ...prefixed("first", state.first), ...prefixed("second", state.second) });
    const result = {
      weights: readAll(state.weights),
      moments,
      reports,
      refused,
      recordings: replay?.recordings() ?? 0,
    };
    disposeTrainingState(state);
    return result;
  })));
}

function prefixed(prefix: string, record: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix} ${name}`, value]));
}
