import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { Weights } from "../../model/weights.ts";
import type { RefinementStages } from "../../stages/detached_state_loop.ts";
import type { State } from "../../stages/regime.ts";
import type { Observations } from "../../stages/task_family.ts";
import { inferenceOf } from "../../training/inference.ts";
import type { InferenceReplay } from "../../training/inference_replay.ts";
import { type Field, integrateField, type Integration } from "./integrate_field.ts";

/** What to generate from. Everything stays the caller's. */
export interface GenerateRequest {
  /** Stages of a regime whose state is a vector field at queries x_t, t. */
  readonly stages: RefinementStages;
  /** Trained weights. */
  readonly weights: Weights;
  /** Mini-batches of points seen, one a refinement; none for the field before any. */
  readonly batches: readonly Observations[];
  /** Noise to start from, `[tasks, points, dimension]`. */
  readonly noise: tf.Tensor3D;
  /** How the field is integrated. */
  readonly integration: Integration;
  /** Replays refinements and predictions, with the same bits; left out, they run as they are. */
  readonly replay?: InferenceReplay | undefined;
}

/** Points that move together: each of them attends to the context and to itself, so more only waste attention. */
const together = 128;

/**
 * Points generated from noise, `[tasks, points, dimension]`, owned by the caller: the field is integrated from time 0 to 1
 * and refined over all mini-batches inside every evaluation of it.
 */
export function generatePoints(request: GenerateRequest): Effect.Effect<tf.Tensor3D, ShapeMismatch> {
  const { noise, integration } = request;
  const field = refinedField(request);
  return Effect.gen(function* () {
    const parts: tf.Tensor3D[] = [];
    const all = Effect.gen(function* () {
      for (let first = 0; first < noise.shape[1]; first += together) {
        const count = Math.min(together, noise.shape[1] - first);
        const start = noise.slice([0, first, 0], [-1, count, -1]) as tf.Tensor3D;
        const moved = integrateField(field, start, integration);
        parts.push(yield* Effect.ensuring(moved, Effect.sync(() => start.dispose())));
        yield* Effect.yieldNow;
      }
      return tf.concat(parts, 1) as tf.Tensor3D;
    });
    return yield* Effect.ensuring(all, Effect.sync(() => tf.dispose(parts)));
  });
}

/** The field after as many refinements as there are mini-batches. */
export function refinedField(
  { stages, weights, batches, replay }: Pick<GenerateRequest, "stages" | "weights" | "batches" | "replay">,
): Field<ShapeMismatch> {
  const { regime } = stages, { step, predict } = inferenceOf(stages, replay);
  return (points, time) =>
    Effect.gen(function* () {
      const queryX = tf.tidy(() => {
        const [tasks, count] = points.shape;
        return tf.concat([points, tf.fill<tf.Rank.R3>([tasks, count, 1], time)], 2);
      });
      let state: State = tf.tidy(() => ({ ...regime.start(weights, queryX) }));
      const refined = Effect.gen(function* () {
        for (const [k, batch] of batches.entries()) {
          const next = yield* step({ weights, state, batch, lengths: "all", queryX, step: k });
          tf.dispose([state as tf.NamedTensorMap, next.candidates as tf.NamedTensorMap]);
          state = next.state;
        }
        const velocities = yield* predict({ weights, state, queryX });
        const field = velocities.squeeze<tf.Tensor3D>([1]);
        velocities.dispose();
        return field;
      });
      return yield* Effect.ensuring(refined, Effect.sync(() => tf.dispose([queryX, state as tf.NamedTensorMap])));
    });
}
