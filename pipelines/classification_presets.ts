import type { MethodRegimes } from "./methods.ts";

const evaluation = { tasks: 200, queries: 100, steps: 10, otherObservations: [] } as const;

/**
 * Queries start as smoothers: what resembles a query is looked at, and its label arrives as a prediction. So training
 * starts well below chance's error, and each step multiplies the probabilities of the last by its own.
 */
export const implicit = {
  regime: "implicit",
  signal: "data",
  implicitState: "softmax",
  labelScale: 6,
  queriesAttendSelf: false,
  tiedDecoder: 0.3,
  evaluation,
} as const;

/**
 * RECIPES.md's span decoder with a learned gradient step, trained on whole mini-batches as it is used: it starts as
 * gradient descent.
 */
export const parametric = {
  regime: "parametric",
  signal: "data+residual",
  mask: "non-causal",
  decoder: "span",
  gradientStep: 0.9,
  lengths: "all",
  evaluation,
} as const;

/** METHOD.md §6: the paper's model. */
export const paperModel = { width: 256, layers: 4, heads: 4, feedForward: 1024 } as const;

/** METHOD.md §6: the paper's training. */
export const paperTraining = {
  iterations: 100_000,
  tasks: 64,
  queries: 100,
  learningRate: 1e-4,
  beta2: 0.999,
} as const;

const { evaluation: _, ...smoothing } = implicit;

/** What classes want of other methods: a θ larger than a token, and queries that start as smoothers. */
export const classificationRegimes: MethodRegimes = {
  parametric: { mask: "non-causal", decoder: "span" },
  implicit: { ...smoothing, model: { tiedAttention: 2, tiedOutput: 1 } },
};
