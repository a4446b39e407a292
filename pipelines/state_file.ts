/**
 * Saved states: checkpoints of the state's tensors under `state.`, of the average under `average.`, and of `queries`,
 * with the run that they belong to and what else their owner keeps beside them.
 *
 * @module
 */
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { StateNotUsable } from "../lib/errors/state_not_usable.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  encodeSafetensors,
  type SafeTensors,
  sha256Hex,
} from "../lib/files/mod.ts";
import type { Weights } from "../lib/model/mod.ts";
import type { State } from "../lib/stages/mod.ts";
import { encodeJson, type RunIdentity } from "../lib/training/mod.ts";

/** Version of saved states that is written, and the only one that is read. */
export const stateFormat = "1";

/** A state's tensors, without who owns them. */
export interface StateContent {
  /** The state. */
  readonly tensors: State;
  /** The running average of late states. */
  readonly average: State;
  /** Queries of an implicit state, `[tasks, queries, features]`. */
  readonly queries: tf.Tensor3D;
  /** Refinement steps done. */
  readonly step: number;
}

/** What is kept beside a state. */
export interface StateExtras {
  /** Host arrays by name; names begin with neither `state.` nor `average.`. */
  readonly tensors: SafeTensors;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Which weights a state was refined by: a hash of the run's identity and of every weight. */
export function weightsHash(identity: RunIdentity, weights: Weights): Effect.Effect<string> {
  return Effect.flatMap(
    readTensors(weights, ""),
    (tensors) => {
      const sorted = Object.fromEntries(Object.entries(tensors).sort(([a], [b]) => a < b ? -1 : 1));
      return sha256Hex(encodeSafetensors(sorted, { identity: new TextDecoder().decode(encodeJson(identity)) }));
    },
  );
}

function readTensors(tensors: Readonly<Record<string, tf.Tensor>>, prefix: string): Effect.Effect<SafeTensors> {
  return Effect.promise(async () => {
    const read: Record<string, SafeTensors[string]> = {};
    for (const [name, tensor] of Object.entries(tensors)) {
      read[prefix + name] = { dtype: "F32", shape: tensor.shape, data: Float32Array.from(await tensor.data()) };
    }
    return read;
  });
}

/** The bytes of a state, or of what is kept where there is no state yet. */
export function encodeState(
  run: string,
  state: StateContent | undefined,
  extras: StateExtras = { tensors: {}, metadata: {} },
): Effect.Effect<Uint8Array<ArrayBuffer>> {
  return Effect.gen(function* () {
    const tensors = state === undefined ? {} : {
      ...yield* readTensors(state.tensors, "state."),
      ...yield* readTensors(state.average, "average."),
      ...yield* readTensors({ queries: state.queries }, ""),
    };
    return yield* encodeCheckpoint({ ...tensors, ...extras.tensors }, {
      ...extras.metadata,
      stateFormat,
      stateOf: run,
      ...(state === undefined ? {} : { step: String(state.step) }),
    });
  });
}

/** Reads what {@linkcode encodeState} wrote for the same run; the caller owns the state's tensors. */
export function decodeState(
  run: string,
  bytes: Uint8Array,
  path: string,
): Effect.Effect<{ readonly state: StateContent | undefined; readonly extras: StateExtras }, StateNotUsable> {
  return Effect.gen(function* () {
    const { tensors, metadata } = yield* Effect.mapError(
      decodeCheckpoint(bytes, path),
      (error) => {
        const reason = error._tag === "CheckpointNewer"
          ? `a newer version wrote it, in format ${error.found}`
          : `it is damaged, or never was one: expected ${error.expected}, found ${error.found}`;
        return new StateNotUsable({ path, reason, remedy: "start anew with another file, or restore this one" });
      },
    );
    const { stateFormat: format, stateOf, step } = metadata;
    if (format !== stateFormat) {
      const reason = format === undefined ? "it holds no state" : `its version is ${format}, not ${stateFormat}`;
      return yield* new StateNotUsable({ path, reason, remedy: "name a file that this version's --state wrote" });
    }
    if (stateOf !== run) {
      const reason = "another run made it, or this run before it was trained on";
      return yield* new StateNotUsable({ path, reason, remedy: "give that run, or start anew with another file" });
    }
    const group = (prefix: string): State =>
      Object.fromEntries(
        Object.entries(tensors).filter(([name]) => name.startsWith(prefix)).map(([name, { shape, data }]) => [
          name.slice(prefix.length),
          tf.tensor(data as Float32Array, [...shape], "float32"),
        ]),
      );
    const own = /^(state\.|average\.|queries$)/;
    const extras = {
      tensors: Object.fromEntries(Object.entries(tensors).filter(([name]) => !own.test(name))),
      metadata,
    };
    if (step === undefined) return { state: undefined, extras };
    const queries = tensors["queries"]!;
    return {
      state: {
        tensors: group("state."),
        average: group("average."),
        queries: tf.tensor<tf.Rank.R3>(
          queries.data as Float32Array,
          queries.shape as [number, number, number],
          "float32",
        ),
        step: Number(step),
      },
      extras,
    };
  });
}
