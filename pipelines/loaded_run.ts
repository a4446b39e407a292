import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";
import { StateNotUsable } from "../lib/errors/state_not_usable.ts";
import type { TableNotUsable } from "../lib/errors/table_not_usable.ts";
import type { Weights } from "../lib/model/mod.ts";
import { averageStates, type RefinementStages, type State, type TaskFamily } from "../lib/stages/mod.ts";
import {
  type BuiltPipeline,
  type CommonConfig,
  inferenceOf,
  type InferenceReplay,
  type RunIdentity,
} from "../lib/training/mod.ts";
import { attemptTable } from "./attempt_table.ts";
import { type Batch, batchTensors } from "./_batch_tensors.ts";
import { type HeldState, heldState } from "./held_state.ts";
import { decodeState, encodeState, weightsHash } from "./state_file.ts";
import { type Rows, toTensor } from "./_to_tensor.ts";

export type { Batch } from "./_batch_tensors.ts";
export type { HeldState } from "./held_state.ts";
export type { Rows } from "./_to_tensor.ts";

/** How a state predicts. */
export interface PredictOptions {
  /** Whether by the average of late states, which steadies long runs and changes nothing up to step K; true unless said. */
  readonly average?: boolean;
}

/** A trained model, ready to refine states and predict. */
export interface LoadedRun {
  /** Pipeline, preset, seed and configuration that the run was started with. */
  readonly identity: RunIdentity;
  /** The configuration, decoded. */
  readonly config: CommonConfig;
  /** The tasks that the run was trained on: sizes, loss, and how a table becomes x and y. */
  readonly family: TaskFamily;
  /** Trained weights by name; `dispose` frees them. */
  readonly weights: Weights;
  /** The stages around the model, for what `refine` and `predict` do not do. */
  readonly stages: RefinementStages;
  /** What refinements and predictions are replayed by; undefined where they run as they are. */
  readonly replay: InferenceReplay | undefined;
  /** A hash of identity and weights: what saved states belong to. */
  readonly hash: Effect.Effect<string>;
  /** s⁰ of one task or of so many. An implicit run needs the queries that its state will hold predictions of. */
  readonly init: (options?: { readonly tasks?: number; readonly queries?: Rows }) => HeldState;
  /** The state after one more mini-batch. Throws {@linkcode ShapeMismatch}, and {@linkcode TableNotUsable} at NaN or ∞. */
  readonly refine: (state: HeldState, batch: Batch) => HeldState;
  /** {@linkcode LoadedRun.refine} as an effect. */
  readonly refineEffect: (state: HeldState, batch: Batch) => Effect.Effect<HeldState, ShapeMismatch | TableNotUsable>;
  /** Predictions `[tasks, queries, outputs]`, owned by the caller: values, or logits of classes. */
  readonly predictTensor: (state: HeldState, x?: Rows, options?: PredictOptions) => tf.Tensor3D;
  /** Predictions of one task as numbers, `[queries, outputs]`. An implicit state predicts its own queries. */
  readonly predict: (state: HeldState, x?: Rows, options?: PredictOptions) => Promise<number[][]>;
  /** {@linkcode LoadedRun.predict} as an effect. */
  readonly predictEffect: (
    state: HeldState,
    x?: Rows,
    options?: PredictOptions,
  ) => Effect.Effect<number[][], ShapeMismatch | TableNotUsable>;
  /** The bytes of a state, to go on with later by the same run. */
  readonly saveState: (state: HeldState) => Promise<Uint8Array<ArrayBuffer>>;
  /** {@linkcode LoadedRun.saveState} as an effect. */
  readonly saveStateEffect: (state: HeldState) => Effect.Effect<Uint8Array<ArrayBuffer>>;
  /** A saved state of this run, owned by the caller. Rejects with {@linkcode StateNotUsable}. */
  readonly loadState: (bytes: Uint8Array) => Promise<HeldState>;
  /** {@linkcode LoadedRun.loadState} as an effect. */
  readonly loadStateEffect: (bytes: Uint8Array) => Effect.Effect<HeldState, StateNotUsable>;
  /** Frees the weights and what was recorded. */
  readonly dispose: () => void;
}

/** Makes the interface to a trained model from its parts. */
export function loadedRun(parts: {
  readonly identity: RunIdentity;
  readonly config: CommonConfig;
  readonly built: BuiltPipeline;
  readonly weights: Weights;
  /** Replays refinements and predictions; the run takes it over. */
  readonly replay?: InferenceReplay | undefined;
}): LoadedRun {
  const { identity, config, built: { family, stages }, weights, replay } = parts;
  const { regime } = stages;
  const { step, predict } = inferenceOf(stages, replay);
  const isImplicit = config.regime === "implicit";
  const hash = Effect.runSync(Effect.cached(weightsHash(identity, weights)));

  const refineEffect: LoadedRun["refineEffect"] = (state, batch) =>
    Effect.flatMap(attemptTable(() => batchTensors(family, batch, state)), ([x, y]) => {
      return step({
        weights,
        state: state.tensors,
        batch: { x, y },
        lengths: "all",
        queryX: state.queries,
        step: state.step,
      }).pipe(
        Effect.map((next) => {
          tf.dispose(next.candidates as tf.NamedTensorMap);
          const done = state.step + 1;
          const of = { average: state.average, state: next.state, step: done, trainedSteps: config.steps };
          const average = averageStates(of);
          return heldState({ tensors: next.state, average, step: done, queries: state.queries.clone() });
        }),
        Effect.ensuring(Effect.sync(() => tf.dispose([x, y]))),
      );
    });

  /** The queries that x means, the caller's. */
  const queriesOf = (state: HeldState, x: Rows | undefined): tf.Tensor3D => {
    if (x === undefined) return state.queries.clone();
    const queries = toTensor(x, family.features, "x");
    if (!isImplicit) return queries;
    queries.dispose();
    throw new ShapeMismatch({
      where: "predict",
      expected: `no x: the state holds predictions of its own ${state.queries.shape[1]} queries`,
      found: queries.shape,
      remedy: "an implicit state belongs to its queries: give them to init, and leave x out here",
    });
  };

  const predicted = (state: HeldState, x: Rows | undefined, { average = true }: PredictOptions = {}) =>
    Effect.flatMap(
      attemptTable(() => queriesOf(state, x)),
      (queryX) =>
        predict({ weights, state: average ? state.average : state.tensors, queryX }).pipe(
          Effect.map((predictions) => {
            const perTask = predictions.squeeze<tf.Tensor3D>([1]);
            predictions.dispose();
            return perTask;
          }),
          Effect.ensuring(Effect.sync(() => queryX.dispose())),
        ),
    );

  const predictEffect: LoadedRun["predictEffect"] = (state, x, options) =>
    Effect.flatMap(predicted(state, x, options), (tensor) =>
      Effect.promise(async () => {
        const rows = (await tensor.array())[0]!;
        tensor.dispose();
        return rows;
      }));

  const saveStateEffect: LoadedRun["saveStateEffect"] = (state) =>
    Effect.flatMap(hash, (run) => encodeState(run, state));

  const loadStateEffect: LoadedRun["loadStateEffect"] = (bytes) =>
    Effect.gen(function* () {
      const path = "from the bytes given";
      const { state } = yield* decodeState(yield* hash, bytes, path);
      if (state !== undefined) return heldState(state);
      return yield* new StateNotUsable({
        path,
        reason: "it holds a table that has no state yet",
        remedy: "save a state",
      });
    });

  return {
    identity,
    config,
    family,
    weights,
    stages,
    replay,
    hash,
    init: ({ tasks = 1, queries } = {}) => {
      if (isImplicit && queries === undefined) {
        throw new ShapeMismatch({
          where: "init",
          expected: `queries [queries, ${family.features}]`,
          found: [],
          remedy: "this run is implicit: its state holds predictions of the queries that it is made for",
        });
      }
      const queryX = queries === undefined
        ? tf.zeros<tf.Rank.R3>([tasks, 1, family.features])
        : toTensor(queries, family.features, "queries");
      const tensors: State = tf.tidy(() => ({ ...regime.start(weights, queryX) }));
      const average = Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, value.clone()]));
      return heldState({ tensors, average, step: 0, queries: queryX });
    },
    refineEffect,
    refine: (state, batch) => Effect.runSync(refineEffect(state, batch)),
    predictTensor: (state, x, options) => Effect.runSync(predicted(state, x, options)),
    predictEffect,
    predict: (state, x, options) => Effect.runPromise(predictEffect(state, x, options)),
    saveStateEffect,
    saveState: (state) => Effect.runPromise(saveStateEffect(state)),
    loadStateEffect,
    loadState: (bytes) => Effect.runPromise(loadStateEffect(bytes)),
    dispose: () => {
      replay?.dispose();
      tf.dispose(weights as tf.NamedTensorMap);
    },
  };
}
