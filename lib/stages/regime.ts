import type { Tensor, Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import type { Key } from "../random/mod.ts";
import type { Weights } from "../model/weights.ts";
import type { StepSupplier } from "./from_step.ts";
import type { Observations } from "./task_family.ts";

/** What is refined: named tensors, first axis tasks. Parametric θ, explicit z, implicit ŷ, with their history. */
export type State = Readonly<Record<string, Tensor>>;

/** States after each prefix of a mini-batch: the same names as the state, `[tasks, prefixes, …]`. */
export type Candidates = Readonly<Record<string, Tensor>>;

/** What is computed at the held state from the mini-batch and enters tokens as data; nothing differentiates it. */
export type Signal = Readonly<Record<string, Tensor>>;

/**
 * How many of a mini-batch's observations may be seen: `all`; one number for everybody (non-causal), which training
 * draws as an array of one, for masks and weights alone; or one per task and query, row-major `[tasks, queries]` (causal,
 * implicit).
 */
export type Lengths = "all" | number | Int32Array;

/** One refinement step's input. */
export interface RefineInput {
  /** Weights of model and regime, by name. */
  readonly weights: Weights;
  /** The held state s^k. */
  readonly state: State;
  /** Residuals and inner gradients at that state. */
  readonly signal: Signal;
  /** The mini-batch B^k. */
  readonly batch: Observations;
  /** How many of its observations may be seen. */
  readonly lengths: Lengths;
  /** Query inputs `[tasks, queries, features]`; the labels are nowhere here. */
  readonly queryX: Tensor3D;
  /** k = 0, 1, …; may exceed the trained number of steps. */
  readonly step: number;
  /** What is made of k, handed in by whoever replays the step; for `fromStep` alone. */
  readonly supplyStep?: StepSupplier;
}

/** How token positions are laid out, first to last: lead, observations (each `perObservation` tokens), mean gradient, queries. */
export interface Layout {
  /** State and history tokens, seen by everybody. */
  readonly lead: number;
  /** Observations N of the mini-batch, padding included. */
  readonly observations: number;
  /** Tokens of each observation: 2 where data and gradients have tokens of their own, 0 where only a summary is left. */
  readonly perObservation: number;
  /** Tokens that summarise all visible observations (the mean gradient): 0 or 1. */
  readonly summaries: number;
  /** Query tokens, last. */
  readonly queries: number;
  /** Whether a query looks at itself beside the observations; it does if left out. */
  readonly queriesAttendSelf?: boolean;
}

/** Embedded tokens `[tasks, positions, width]` with their layout. */
export interface Tokens {
  /** `[tasks, positions, width]`. */
  readonly embedded: Tensor3D;
  /** Which position is what. */
  readonly layout: Layout;
  /** How many observations each position or query may see. */
  readonly lengths: Lengths;
  /** What was encoded. */
  readonly input: RefineInput;
}

/** Tokens with a boolean mask `[1 | tasks, positions, positions]`: row looks, true = may look. */
export interface MaskedTokens extends Tokens {
  /** `[1 | tasks, positions, positions]`, dtype bool; for grids `[tasks · queries, rows, columns]`, true = is there. */
  readonly mask: Tensor3D;
}

/**
 * What tells parametric, explicit and implicit amortization apart. Every function is synchronous, pure and
 * returns tensors that the caller owns; weights are read by name.
 */
export interface Regime {
  /** `parametric`, `explicit`, `implicit`, or a name of your own. */
  readonly name: string;
  /**
   * Whether k enters by `fromStep` alone, so that one recording of a refinement serves every step; else each k has its
   * own. False unless said.
   */
  readonly stepAsTensor?: boolean;
  /** Encoders, decoder, predictor and learned initial state (the transformer's weights are the model's). */
  readonly init: (key: Key) => Weights;
  /** s⁰ for so many tasks, or ŷ⁰ for these queries; differentiable in the weights. */
  readonly start: (weights: Weights, queryX: Tensor3D) => State;
  /** Residuals and inner gradients at the given state, from the visible observations alone. */
  readonly signal: (weights: Weights, state: State, batch: Observations, lengths: Lengths) => Signal;
  /** Tokens `[tasks, positions, width]` of state, observations, gradients and queries, and which position is what. */
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
