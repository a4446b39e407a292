import * as tf from "@tensorflow/tfjs";
import type { State } from "../lib/stages/mod.ts";
import type { StateContent } from "./state_file.ts";

/** A state between refinements. Refining makes a new one; `dispose` frees this one. */
export interface HeldState {
  /** Named tensors, first axis tasks. */
  readonly tensors: State;
  /** The running average of the states from the trained step K on; up to there the state itself. */
  readonly average: State;
  /** Refinement steps done. */
  readonly step: number;
  /** The queries that an implicit state belongs to, `[tasks, queries, features]`; empty otherwise. */
  readonly queries: tf.Tensor3D;
  /** Frees the state's tensors. */
  readonly dispose: () => void;
}

/** A state's content with who owns it. */
export function heldState(content: StateContent): HeldState {
  const { tensors, average, queries } = content;
  return {
    ...content,
    dispose: () => tf.dispose([tensors as tf.NamedTensorMap, average as tf.NamedTensorMap, queries]),
  };
}

/** A state of its own with the same tensors, which cost nothing until one is freed. */
export function copyOf(state: HeldState): HeldState {
  const copy = (tensors: HeldState["tensors"]): HeldState["tensors"] =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.clone()]));
  return heldState({
    tensors: copy(state.tensors),
    average: copy(state.average),
    queries: state.queries.clone(),
    step: state.step,
  });
}
