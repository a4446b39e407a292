import type { Tensor3D, TensorContainerObject } from "@tensorflow/tfjs";
import type { Key } from "../random/mod.ts";
import type { FromTable } from "./from_table.ts";

/** Observations of a batch of tasks: x `[tasks, observations, features]`, y `[tasks, observations, outputs]`. */
export type Observations = {
  readonly x: Tensor3D;
  /** A real value, or a one-hot class. */
  readonly y: Tensor3D;
};

/** Which tasks of an iteration's batch are meant; draws depend on the task's number, never on who computes it. */
export interface TaskRange {
  /** Number of the first task in the iteration's batch. */
  readonly first: number;
  /** Tasks in a row from there. */
  readonly count: number;
}

/** What a result is measured in. */
export interface Metric {
  /** As tables and axes show it. */
  readonly name: string;
  /** Such as `y²` or `%`. */
  readonly unit: string;
  /** Whether smaller numbers are better. */
  readonly lowerIsBetter: boolean;
}

/** y = w·x + ε with w ~ N(0, I), ε ~ N(0, noise²): the exact posterior mean is the limit. w is `drawn.w`. */
export interface BayesianLinear {
  /** Which closed form it is. */
  readonly kind: "bayesian-linear";
  /** σ, in units of y. */
  readonly noise: number;
}

/** A drawn batch of tasks is data: named tensors, first axis tasks. */
export type DrawnTasks = TensorContainerObject;

/** What {@linkcode TaskFamily.observe} is asked for. */
export interface ObserveRequest {
  /** Stream of these observations; other names give other observations of the same tasks. */
  readonly key: Key;
  /** Which tasks of the batch. */
  readonly range: TaskRange;
  /** Observations per task. */
  readonly count: number;
  /** Context and queries may come from different sources (training and test images). */
  readonly role: "context" | "query";
  /** The stream that is drawn for: `training`, `validation`, `evaluation` may see different images. */
  readonly split: string;
}

/**
 * A family of tasks. `drawTasks` and `observe` are pure: the same key and range give the same bits, and a range
 * drawn alone equals the same rows of a larger draw. The caller owns every returned tensor.
 */
export interface TaskFamily<Drawn extends DrawnTasks = DrawnTasks> {
  /** Names the family in messages and tables. */
  readonly name: string;
  /** Numbers per input x. */
  readonly features: number;
  /** Numbers per target y: real outputs, or classes. */
  readonly outputs: number;
  /**
   * The loss that trains and the inner loss that gradients are taken of. `any-of`: y marks a set of classes, and any of
   * them is right.
   */
  readonly loss: "squared-error" | "cross-entropy" | "any-of";
  /** What evaluation reports. */
  readonly metric: Metric;
  /** The part of the metric that no method can remove (σ² for regression), in the metric's unit. */
  readonly noiseFloor?: number;
  /** What nobody can beat, where it is known in closed form. */
  readonly limit?: BayesianLinear;
  /** How a person's table becomes x and y; left out where none does. */
  readonly fromTable?: FromTable;
  /**
   * Kinds of batches, such as numbers of nodes: in a split that is not training, iteration i is of kind i modulo this. One
   * unless said. A validation goes through all of them.
   */
  readonly kinds?: number;
  /** Draws the tasks of a range; what makes a task (its weights, its labels' map) is in the result. */
  readonly drawTasks: (key: Key, range: TaskRange) => Drawn;
  /** Observes drawn tasks: x `[tasks, count, features]`, y `[tasks, count, outputs]`, owned by the caller. */
  // A method, so that a family of particular tasks is a family of tasks.
  observe(drawn: Drawn, request: ObserveRequest): Observations;
}
