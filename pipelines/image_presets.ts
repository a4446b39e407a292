import type { JsonObject } from "../lib/training/mod.ts";
import { implicit, paperModel, paperTraining, parametric } from "./classification_presets.ts";

const quick = { width: 128, layers: 2, heads: 4, feedForward: 128 } as const;

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
    model: { ...paperModel, tiedAttention: 1.7, tiedOutput: 1 },
    training: paperTraining,
  },
  "paper-parametric": { ...parametric, steps: 10, observations: 100, model: paperModel, training: paperTraining },
};
