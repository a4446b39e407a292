import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import { type InferenceStep, type Inferred, inferStep, type RefinementStages } from "../stages/detached_state_loop.ts";
import type { State } from "../stages/regime.ts";
import { attempt, type Stage } from "../stages/stage.ts";
import type { Observations } from "../stages/task_family.ts";
import type { InferencePass } from "./inference_pass.ts";
import { prefixed, unprefixed } from "./prefixed.ts";
import type { InferenceReplay } from "./inference_replay.ts";

/** What a prediction reads; it stays the caller's. */
export interface PredictionRequest {
  /** Weights of model and regime, by name. */
  readonly weights: Weights;
  /** The state that predicts. */
  readonly state: State;
  /** Query inputs `[tasks, queries, features]`. */
  readonly queryX: tf.Tensor3D;
}

/** What a trained model does: it refines states and predicts. */
export interface Inference {
  /** h(s, B); the caller owns what comes back. */
  readonly step: Stage<InferenceStep, Inferred, ShapeMismatch>;
  /** Predictions `[tasks, 1, queries, outputs]`, the caller's. */
  readonly predict: Stage<PredictionRequest, tf.Tensor4D, ShapeMismatch>;
}

/** A prediction is a few kernels: replayed it is no faster on wasm, and a millisecond on webgpu. */
const predictionPatience = 8;

/** The stages' own inference, or, given a replay, the same recorded and replayed, with the same bits. */
export function inferenceOf(stages: RefinementStages, replay?: InferenceReplay): Inference {
  const step = inferStep(stages), predict = predictOnce(stages);
  if (replay === undefined) return { step, predict };
  const { regime, tokenEncoding, masking, forward } = stages;
  const stepAsTensor = regime.stepAsTensor === true;
  return {
    step: (request) => {
      const { weights, state, batch, lengths, queryX } = request;
      if (lengths instanceof Int32Array) return step(request); // masks of their own each time
      const pass: InferencePass = {
        name: "a refinement step",
        of: [regime, tokenEncoding, masking, forward],
        told: `${lengths}`,
        input: {
          weights,
          tensors: { ...prefixed("state/", state), x: batch.x, y: batch.y, queryX },
          step: request.step,
        },
        patience: 1,
        stepAsTensor,
        run: ({ tensors, ...input }) => {
          const { x, y, queryX } = tensors as unknown as Observations & { readonly queryX: tf.Tensor3D };
          const next = step({ ...input, state: unprefixed("state/", tensors), batch: { x, y }, lengths, queryX });
          return Effect.map(next, ({ state, candidates }) => ({
            ...prefixed("state/", state),
            ...prefixed("candidates/", candidates),
          }));
        },
      };
      return Effect.map(replay.run(pass), (tensors) => ({
        state: unprefixed("state/", tensors),
        candidates: unprefixed("candidates/", tensors),
      }));
    },
    predict: ({ weights, state, queryX }) => {
      const pass: InferencePass = {
        name: "a prediction",
        of: [regime],
        told: "",
        input: { weights, tensors: { ...prefixed("state/", state), queryX }, step: 0 },
        patience: predictionPatience,
        stepAsTensor: true,
        run: ({ weights, tensors }) => {
          const of = { weights, state: unprefixed("state/", tensors), queryX: tensors["queryX"] as tf.Tensor3D };
          return Effect.map(predict(of), (predictions) => ({ predictions }));
        },
      };
      return Effect.map(replay.run(pass), ({ predictions }) => predictions as tf.Tensor4D);
    },
  };
}

/** Predictions by the regime alone. */
function predictOnce({ regime }: RefinementStages): Inference["predict"] {
  return ({ weights, state, queryX }) =>
    // A clone: some regimes predict by a tensor of the state itself, which is not to be freed with the prediction.
    attempt(() => tf.keep(tf.tidy(() => regime.predict(weights, regime.asCandidates(state), queryX).clone())));
}
