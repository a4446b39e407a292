import type { JsonObject } from "../lib/training/mod.ts";

/** RECIPES.md's implicit recipe for images. */
const implicit = {
  regime: "implicit",
  signal: "data",
  steps: 4,
  observations: 64,
  model: { width: 128, layers: 2, heads: 4, feedForward: 128 },
  evaluation: { tasks: 200, queries: 100, steps: 10, otherObservations: [] },
} as const;

/** Presets of the image pipelines, the same for each data set. */
export const imagePresets: Readonly<Record<string, JsonObject>> = {
  quick: {
    ...implicit,
    training: { iterations: 3000, tasks: 8, queries: 32, learningRate: 2e-3, warmUp: 0.03, validateEvery: 250 },
  },
};
