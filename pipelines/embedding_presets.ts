import type { JsonObject } from "../lib/training/mod.ts";
import type { MethodRegimes } from "./methods.ts";

const evaluation = { tasks: 200, queries: 100, steps: 10, otherObservations: [] } as const;

/** Queries start as smoothers, as those of images do. */
const implicit = {
  regime: "implicit",
  signal: "data",
  implicitState: "softmax",
  labelScale: 6,
  queriesAttendSelf: false,
  tiedDecoder: 0.3,
  evaluation,
} as const;

/** The span decoder with a learned gradient step, as for images. */
const parametric = {
  regime: "parametric",
  signal: "data+residual",
  mask: "non-causal",
  decoder: "span",
  gradientStep: 0.9,
  lengths: "all",
  evaluation,
} as const;

const quick = { width: 64, layers: 2, heads: 4, feedForward: 128 } as const;
const paper = { width: 256, layers: 4, heads: 4, feedForward: 1024 } as const;

/**
 * Fashion-MNIST's classes as seen by a small network, tasks of 2 to 5 of them. Five classes to train on are so few that a
 * model learns them by heart unless the axes are shuffled: on new classes it then gets worse as it trains.
 */
const fashion = { dimension: 64, labels: 5, fewestClasses: 2, mostClasses: 5, axes: "shuffled" } as const;

/** ImageNet as seen by DINOv2-small, and both CIFARs. */
const imagenet = {
  trained: "imagenet-embeddings",
  elsewhere: ["cifar10-embeddings", "cifar100-embeddings"],
  dimension: 384,
  labels: 100,
  fewestClasses: 100,
  mostClasses: 100,
  validationClasses: 100,
  evaluationClasses: 100,
} as const;

const training = { tasks: 16, queries: 32, learningRate: 3e-3, warmUp: 0.03, validateEvery: 250 } as const;
const paperTraining = { iterations: 100_000, tasks: 64, queries: 100, learningRate: 1e-4, beta2: 0.999 } as const;

/**
 * Presets of the embeddings: `quick` in minutes of two cores on what `deno task embed:fashion` makes, `small` with four
 * times the updates, `paper` at METHOD.md's sizes on ImageNet; the implicit regime, and the parametric one by name.
 */
export const embeddingPresets: Readonly<Record<string, JsonObject>> = {
  "quick": {
    ...implicit,
    task: fashion,
    steps: 4,
    observations: 10,
    model: { ...quick, tiedAttention: 2, tiedOutput: 1 },
    training: { ...training, iterations: 1000 },
  },
  "quick-parametric": {
    ...parametric,
    task: fashion,
    steps: 5,
    observations: 10,
    model: quick,
    training: { ...training, iterations: 1500 },
  },
  "small": {
    ...implicit,
    task: fashion,
    steps: 5,
    observations: 10,
    model: { ...quick, tiedAttention: 2, tiedOutput: 1 },
    training: { ...training, iterations: 4000 },
  },
  "small-parametric": {
    ...parametric,
    task: fashion,
    steps: 5,
    observations: 10,
    model: quick,
    training: { ...training, iterations: 6000 },
  },
  "paper": {
    ...implicit,
    task: imagenet,
    steps: 10,
    observations: 100,
    model: { ...paper, tiedAttention: 1.7, tiedOutput: 1 },
    training: paperTraining,
  },
  "paper-parametric": {
    ...parametric,
    task: imagenet,
    steps: 10,
    observations: 100,
    model: paper,
    training: paperTraining,
  },
};

const { evaluation: _, ...smoothing } = implicit;

/** What embeddings want of other methods: a θ larger than a token, and queries that start as smoothers. */
export const embeddingRegimes: MethodRegimes = {
  parametric: { mask: "non-causal", decoder: "span" },
  implicit: { ...smoothing, model: { tiedAttention: 2, tiedOutput: 1 } },
};
