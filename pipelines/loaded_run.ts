import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";
import type { Weights } from "../lib/model/mod.ts";
import { attempt, inferStep, type State } from "../lib/stages/mod.ts";
import type { BuiltPipeline, CommonConfig, RunIdentity } from "../lib/training/mod.ts";

/** Rows of one task, `[rows, columns]`; or a batch of tasks as a tensor, `[tasks, rows, columns]`. */
export type Rows = readonly (readonly number[])[] | tf.Tensor3D;

/** A mini-batch: x `[observations, features]`, y `[observations, outputs]` (values, or one-hot classes). */
export interface Batch {
  /** Inputs, features last. */
  readonly x: Rows;
  /** Targets of the same rows, outputs last. */
  readonly y: Rows;
}

/** A state between refinements. Refining makes a new one; `dispose` frees this one. */
export interface HeldState {
  /** Named tensors, first axis tasks. */
  readonly tensors: State;
  /** Refinement steps done. */
  readonly step: number;
  /** The queries that an implicit state belongs to, `[tasks, queries, features]`; empty otherwise. */
  readonly queries: tf.Tensor3D;
  /** Frees the state's tensors. */
  readonly dispose: () => void;
}

/** A trained model, ready to refine states and predict. */
export interface LoadedRun {
  /** Pipeline, preset, seed and configuration that the run was started with. */
  readonly identity: RunIdentity;
  /** The configuration, decoded. */
  readonly config: CommonConfig;
  /** Trained weights by name; `dispose` frees them. */
  readonly weights: Weights;
  /** s⁰ of one task or of so many. An implicit run needs the queries that its state will hold predictions of. */
  readonly init: (options?: { readonly tasks?: number; readonly queries?: Rows }) => HeldState;
  /** The state after one more mini-batch. Throws {@linkcode ShapeMismatch}. */
  readonly refine: (state: HeldState, batch: Batch) => HeldState;
  /** {@linkcode LoadedRun.refine} as an effect. */
  readonly refineEffect: (state: HeldState, batch: Batch) => Effect.Effect<HeldState, ShapeMismatch>;
  /** Predictions `[tasks, queries, outputs]`, owned by the caller: values, or logits of classes. */
  readonly predictTensor: (state: HeldState, x?: Rows) => tf.Tensor3D;
  /** Predictions of one task as numbers, `[queries, outputs]`. An implicit state predicts its own queries. */
  readonly predict: (state: HeldState, x?: Rows) => Promise<number[][]>;
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

  const toTensor = (rows: Rows, columns: number, what: string): tf.Tensor3D => {
    const width = rows instanceof tf.Tensor ? columns : rows[0]?.length ?? columns;
    if (!(rows instanceof tf.Tensor) && !rows.every((row) => Array.isArray(row) && row.length === width)) {
      throw new ShapeMismatch({
        where: what,
        expected: `rows of ${columns} numbers each`,
        found: [rows.length],
        remedy: `give every row of ${what} as an array of ${columns} numbers`,
      });
    }
    const tensor = rows instanceof tf.Tensor
      ? rows.clone()
      : tf.tensor3d(rows.flatMap((row) => [...row]), [1, rows.length, width]);
    if (tensor.rank === 3 && tensor.shape[2] === columns) return tensor;
    const found = tensor.shape;
    tensor.dispose();
    throw new ShapeMismatch({
      where: what,
      expected: `rows of ${columns} numbers`,
      found,
      remedy: `give ${what} as [rows, ${columns}] numbers or as a tensor [tasks, rows, ${columns}]`,
    });
  };

  const held = (tensors: State, done: number, queries: tf.Tensor3D): HeldState => ({
    tensors,
    step: done,
    queries,
    dispose: () => tf.dispose([tensors as tf.NamedTensorMap, queries]),
  });

  const batchTensors = (batch: Batch, state: HeldState): [tf.Tensor3D, tf.Tensor3D] => {
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
  };

  const refineEffect = (state: HeldState, batch: Batch): Effect.Effect<HeldState, ShapeMismatch> =>
    Effect.flatMap(attempt(() => batchTensors(batch, state)), ([x, y]) => {
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
          return held(next.state, state.step + 1, state.queries.clone());
        }),
        Effect.ensuring(Effect.sync(() => tf.dispose([x, y]))),
      );
    });

  const predictTensor = (state: HeldState, x?: Rows): tf.Tensor3D =>
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
      return regime.predict(weights, regime.asCandidates(state.tensors), queries).squeeze<tf.Tensor3D>([1]);
    });

  return {
    identity,
    config,
    weights,
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
      return held(tf.tidy(() => ({ ...regime.start(weights, queryX) })), 0, queryX);
    },
    refineEffect,
    refine: (state, batch) => Effect.runSync(refineEffect(state, batch)),
    predictTensor,
    predict: async (state, x) => {
      const tensor = predictTensor(state, x);
      const rows = (await tensor.array())[0]!;
      tensor.dispose();
      return rows;
    },
    dispose: () => tf.dispose(weights as tf.NamedTensorMap),
  };
}
