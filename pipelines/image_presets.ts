import type { JsonObject } from "../lib/training/mod.ts";
import type { MethodRegimes } from "./methods.ts";

const evaluation = { tasks: 200, queries: 100, steps: 10, otherObservations: [] } as const;

/**
 * Queries start as smoothers: what resembles a query is looked at, and its label arrives as a prediction. So training
 * starts well below chance's error, and each step multiplies the probabilities of the last by its own.
 */
const implicit = {
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
const parametric = {
  regime: "parametric",
  signal: "data+residual",
  mask: "non-causal",
  decoder: "span",
  gradientStep: 0.9,
  lengths: "all",
  evaluation,
} as const;

const quick = { width: 128, layers: 2, heads: 4, feedForward: 128 } as const;
const paper = { width: 256, layers: 4, heads: 4, feedForward: 1024 } as const;

const paperTraining = { iterations: 100_000, tasks: 64, queries: 100, learningRate: 1e-4, beta2: 0.999 } as const;

/**
 * Presets of the image pipelines, the same for each data set: `quick`, `small` with twice the
 * updates, `paper` at METHOD.md's sizes; the implicit regime, and the parametric one by name.
 */
export const imagePresets: Readonly<Record<string, JsonObject>> = {
  "quick": {
    ...implicit,
    steps: 4,
    observations: 64,
    model: { ...quick, tiedAttention: 2, tiedOutput: 1 },
    training: { iterations: 2500, tasks: 8, queries: 32, learningRate: 3e-3, warmUp: 0.03, validateEvery: 250 },
  },
  "quick-parametric": {
    ...parametric,
    steps: 5,
    observations: 64,
    model: quick,
    training: { iterations: 1500, tasks: 8, queries: 32, learningRate: 2e-3, warmUp: 0.03, validateEvery: 250 },
  },
  "small": {
    ...implicit,
    steps: 5,
    observations: 64,
    model: { ...quick, tiedAttention: 2, tiedOutput: 1 },
    training: { iterations: 5000, tasks: 8, queries: 32, learningRate: 3e-3, warmUp: 0.03, validateEvery: 250 },
  },
  "small-parametric": {
    ...parametric,
    steps: 5,
    observations: 64,
    model: quick,
    training: { iterations: 3000, tasks: 8, queries: 32, learningRate: 2e-3, warmUp: 0.03, validateEvery: 250 },
  },
  "paper": {
    ...implicit,
    steps: 10,
    observations: 100,
    model: { ...paper, tiedAttention: 1.7, tiedOutput: 1 },
    training: paperTraining,
  },
  "paper-parametric": { ...parametric, steps: 10, observations: 100, model: paper, training: paperTraining },
};

const { evaluation: _, ...smoothing } = implicit;

/** What images want of other methods: a θ larger than a token, and queries that start as smoothers. */
export const imageRegimes: MethodRegimes = {
  parametric: { mask: "non-causal", decoder: "span" },
  implicit: { ...smoothing, model: { tiedAttention: 2, tiedOutput: 1 } },
};
