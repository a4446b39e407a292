import type { Effect } from "effect";
import type { Tensors } from "../capture/mod.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import type { StepSupplier } from "../stages/from_step.ts";

/** What a pass reads. */
export interface PassInput {
  /** Weights of model and regime, by name. */
  readonly weights: Weights;
  /** All else that is a tensor, by name. */
  readonly tensors: Tensors;
  /** k. */
  readonly step: number;
  /** What is made of k, where it comes from outside. */
  readonly supplyStep?: StepSupplier;
}

/** A computation without a loss that gives tensors for tensors: the same kernels in the same order, whatever they hold. */
export interface InferencePass {
  /** As messages tell it. */
  readonly name: string;
  /** What it is made of: passes of other objects are others. */
  readonly of: readonly object[];
  /** All that tells it from others and is no tensor. */
  readonly told: string;
  /** What it reads now; it stays the caller's. */
  readonly input: PassInput;
  /** How many times longer than others it waits to be recorded: what is short wins little. */
  readonly patience: number;
  /** Whether k enters by `fromStep` alone; else it tells passes apart. */
  readonly stepAsTensor: boolean;
  /** Runs it; the caller owns the results. */
  readonly run: (input: PassInput) => Effect.Effect<Tensors, ShapeMismatch>;
}
