import type { JsonObject } from "../lib/training/mod.ts";
import { implicit, paperModel, paperTraining, parametric } from "./classification_presets.ts";

const quick = { width: 64, layers: 2, heads: 4, feedForward: 128 } as const;

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
    model: { ...paperModel, tiedAttention: 1.7, tiedOutput: 1 },
    training: paperTraining,
  },
  "paper-parametric": {
    ...parametric,
    task: imagenet,
    steps: 10,
    observations: 100,
    model: paperModel,
    training: paperTraining,
  },
};
