import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { CaptureRefused } from "../../lib/errors/capture_refused.ts";
import type { Weights } from "../../lib/model/weights.ts";
import type { Lengths } from "../../lib/stages/regime.ts";
import type { State } from "../../lib/stages/regime.ts";
import { disposeSample } from "../../lib/training/dispose_sample.ts";
import { inferenceOf } from "../../lib/training/inference.ts";
import { type InferenceReplay, makeInferenceReplay } from "../../lib/training/inference_replay.ts";
import type { RecordingLimits } from "../../lib/training/_recordings.ts";
import type { BuiltPipeline } from "../../lib/training/pipeline.ts";

/** Which steps are run. */
export interface Rounds {
  readonly built: BuiltPipeline;
  /** Taken in turn. */
  readonly weights: readonly Weights[];
  readonly rounds: number;
  readonly steps: number;
  readonly observations: number;
  readonly tasks?: number;
  /** Of each round; all if left out. */
  readonly lengths?: (round: number) => Lengths;
  readonly onRound?: (round: number) => void;
}

/** All numbers that refinements and predictions of some rounds give, each of which draws tasks of its own. */
export function inferred(request: Rounds, replay?: InferenceReplay): Effect.Effect<unknown[], Error> {
  const { built: { stages }, rounds, steps, observations } = request;
  const { step, predict } = inferenceOf(stages, replay);
  const draw = stages.taskSampling({ steps, observations, queries: 3, lengths: "all" });
  return Effect.gen(function* () {
    const numbers: unknown[] = [];
    const read = (tensors: Readonly<Record<string, tf.Tensor>>) =>
      Effect.promise(async () => {
        for (const [name, tensor] of Object.entries(tensors)) {
          numbers.push([name, tensor.shape, [...await tensor.data()]]);
        }
      });
    for (let round = 0; round < rounds; round++) {
      const weights = request.weights[round % request.weights.length]!;
      const range = { first: 0, count: request.tasks ?? 2 };
      const sampled = yield* draw({ seed: 5, split: "test", iteration: round, range });
      const queryX = sampled.queries.x, lengths = request.lengths?.(round) ?? "all";
      let state: State = tf.tidy(() => ({ ...stages.regime.start(weights, queryX) }));
      for (const [k, batch] of sampled.batches.entries()) {
        const next = yield* step({ weights, state, batch, lengths, queryX, step: k });
        yield* read(next.state);
        yield* read(next.candidates);
        tf.dispose([state, next.candidates] as tf.NamedTensorMap[]);
        state = next.state;
        const predictions = yield* predict({ weights, state, queryX });
        yield* read({ predictions });
        predictions.dispose();
      }
      tf.dispose(state as tf.NamedTensorMap);
      disposeSample(sampled);
      request.onRound?.(round);
    }
    return numbers;
  });
}

/** The same replayed, with what was refused and recorded. */
export function inferredReplayed(
  request: Rounds,
  limits: Partial<RecordingLimits> = { after: 2 },
): Promise<{ readonly numbers: unknown[]; readonly refused: readonly CaptureRefused[]; readonly recordings: number }> {
  const refused: CaptureRefused[] = [];
  return Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const replay = yield* makeInferenceReplay((why) => Effect.sync(() => void refused.push(why)), limits);
    const numbers = yield* inferred(request, replay);
    return { numbers, refused, recordings: replay.recordings() };
  })));
}
