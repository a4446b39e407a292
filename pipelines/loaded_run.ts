import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";
import { StateNotUsable } from "../lib/errors/state_not_usable.ts";
import type { TableNotUsable } from "../lib/errors/table_not_usable.ts";
import type { Weights } from "../lib/model/mod.ts";
import { averageStates, inferStep, type RefinementStages, type State, type TaskFamily } from "../lib/stages/mod.ts";
import type { BuiltPipeline, CommonConfig, RunIdentity } from "../lib/training/mod.ts";
import { attemptTable } from "./attempt_table.ts";
import { type HeldState, heldState } from "./held_state.ts";
import { decodeState, encodeState, weightsHash } from "./state_file.ts";
import { type Rows, toTensor } from "./_to_tensor.ts";

export type { HeldState } from "./held_state.ts";
export type { Rows } from "./_to_tensor.ts";

/** A mini-batch: x `[observations, features]`, y `[observations, outputs]` (values, or one-hot classes). */
export interface Batch {
  /** Inputs, features last. */
  readonly x: Rows;
  /** Targets of the same rows, outputs last. */
  readonly y: Rows;
}

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
  /** Frees the weights. */
  readonly dispose: () => void;
}

/** Makes the interface to a trained model from its parts. */
export function loadedRun(parts: {
  readonly identity: RunIdentity;
  readonly config: CommonConfig;
  readonly built: BuiltPipeline;
  readonly weights: Weights;
}): LoadedRun {
  const { identity, config, built: { family, stages }, weights } = parts;
  const { regime } = stages;
  const step = inferStep(stages);
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

  const predictTensor: LoadedRun["predictTensor"] = (state, x, { average = true } = {}) =>
    tf.tidy(() => {
      const queries = x === undefined ? state.queries : toTensor(x, family.features, "x");
      if (isImplicit && x !== undefined) {
        throw new ShapeMismatch({
          where: "predict",
          expected: `no x: the state holds predictions of its own ${state.queries.shape[1]} queries`,
          found: queries.shape,
          remedy: "an implicit state belongs to its queries: give them to init, and leave x out here",
        });
      }
      const read = average ? state.average : state.tensors;
      return regime.predict(weights, regime.asCandidates(read), queries).squeeze<tf.Tensor3D>([1]);
    });

  const predictEffect: LoadedRun["predictEffect"] = (state, x, options) =>
    Effect.flatMap(attemptTable(() => predictTensor(state, x, options)), (tensor) =>
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
    predictTensor,
    predictEffect,
    predict: (state, x, options) => Effect.runPromise(predictEffect(state, x, options)),
    saveStateEffect,
    saveState: (state) => Effect.runPromise(saveStateEffect(state)),
    loadStateEffect,
    loadState: (bytes) => Effect.runPromise(loadStateEffect(bytes)),
    dispose: () => tf.dispose(weights as tf.NamedTensorMap),
  };
}

function batchTensors(family: TaskFamily, batch: Batch, state: HeldState): [tf.Tensor3D, tf.Tensor3D] {
  const x = toTensor(batch.x, family.features, "batch.x");
  try {
    const y = toTensor(batch.y, family.outputs, "batch.y");
    const tasks = state.queries.shape[0];
    if (x.shape[0] === tasks && y.shape[0] === tasks && x.shape[1] === y.shape[1]) return [x, y];
    y.dispose();
    throw new ShapeMismatch({
      where: "refine",
      expected: `x and y of ${tasks} task(s), as the state has, with equally many rows`,
      found: [...x.shape, ...y.shape],
      remedy: "give one target a row, for the tasks that init was told",
    });
  } catch (thrown) {
    x.dispose();
    throw thrown;
  }
}
