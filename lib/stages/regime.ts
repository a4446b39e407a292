import type { Tensor, Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import type { Key } from "../random/mod.ts";
import type { Weights } from "../model/weights.ts";
import type { Observations } from "./task_family.ts";

/** What is refined: named tensors, first axis tasks. Parametric θ, explicit z, implicit ŷ, with their history. */
export type State = Readonly<Record<string, Tensor>>;

/** States after each prefix of a mini-batch: the same names as the state, `[tasks, prefixes, …]`. */
export type Candidates = Readonly<Record<string, Tensor>>;

/** What is computed at the held state from the mini-batch and enters tokens as data; nothing differentiates it. */
export type Signal = Readonly<Record<string, Tensor>>;

/**
 * How many of a mini-batch's observations may be seen: `all`; one number for everybody (non-causal); or one per
 * task and query, row-major `[tasks, queries]` (causal, implicit).
 */
export type Lengths = "all" | number | Int32Array;

/** One refinement step's input. */
export interface RefineInput {
  readonly weights: Weights;
  readonly state: State;
  readonly signal: Signal;
  readonly batch: Observations;
  readonly lengths: Lengths;
  /** Query inputs `[tasks, queries, features]`; the labels are nowhere here. */
  readonly queryX: Tensor3D;
  /** k = 0, 1, …; may exceed the trained number of steps. */
  readonly step: number;
}

/** How token positions are laid out, first to last: lead, observations (each `perObservation` tokens), mean gradient, queries. */
export interface Layout {
  /** State and history tokens, seen by everybody. */
  readonly lead: number;
  readonly observations: number;
  readonly perObservation: number;
  /** Tokens that summarise all visible observations (the mean gradient): 0 or 1. */
  readonly summaries: number;
  readonly queries: number;
}

/** Embedded tokens `[tasks, positions, width]` with their layout. */
export interface Tokens {
  readonly embedded: Tensor3D;
  readonly layout: Layout;
  readonly lengths: Lengths;
  readonly input: RefineInput;
}

/** Tokens with a boolean mask `[1 | tasks, positions, positions]`: row looks, true = may look. */
export interface MaskedTokens extends Tokens {
  readonly mask: Tensor3D;
}

/**
 * What tells parametric, explicit and implicit amortization apart. Every function is synchronous, pure and
 * returns tensors that the caller owns; weights are read by name.
 */
export interface Regime {
  readonly name: string;
  /** Encoders, decoder, predictor and learned initial state (the transformer's weights are the model's). */
  readonly init: (key: Key) => Weights;
  /** s⁰ for so many tasks, or ŷ⁰ for these queries; differentiable in the weights. */
  readonly start: (weights: Weights, queryX: Tensor3D) => State;
  /** Residuals and inner gradients at the given state, from the visible observations alone. */
  readonly signal: (weights: Weights, state: State, batch: Observations, lengths: Lengths) => Signal;
  readonly encode: (input: RefineInput) => { readonly embedded: Tensor3D; readonly layout: Layout };
  /** From the model's outputs `[tasks, positions, width]` to the states after each prefix. */
  readonly decode: (hidden: Tensor3D, tokens: Tokens) => Candidates;
  /** Predictions `[tasks, prefixes, queries, outputs]`: values, or logits of classes. */
  readonly predict: (weights: Weights, candidates: Candidates, queryX: Tensor3D) => Tensor4D;
  /** The state after the last visible prefix, with what is remembered of the step that made it. */
  readonly advance: (candidates: Candidates, input: RefineInput) => State;
  /** A state seen as candidates with one prefix. */
  readonly asCandidates: (state: State) => Candidates;
}
