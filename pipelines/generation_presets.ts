/** RECIPES.md, generation by flow matching: what the presets of gmm and alphabets share. */
export const quickRecipe = {
  steps: 5,
  observations: 32,
  model: { width: 64, layers: 2, heads: 4, feedForward: 128 },
  training: { iterations: 3000, tasks: 16, queries: 32, learningRate: 4e-3, warmUp: 0.03, validateEvery: 250 },
  evaluation: { tasks: 200, queries: 64, steps: 10, otherObservations: [] },
} as const;

/** Twice the width, more layers, and more updates. */
export const smallRecipe = {
  ...quickRecipe,
  observations: 64,
  model: { width: 128, layers: 3, heads: 4, feedForward: 256 },
  training: { ...quickRecipe.training, iterations: 12_000, queries: 64, learningRate: 2e-3, validateEvery: 500 },
} as const;

/** METHOD.md §6: the paper's model. */
export const paperRecipe = {
  steps: 10,
  observations: 100,
  model: { width: 256, layers: 4, heads: 4, feedForward: 1024 },
  training: { iterations: 100_000, tasks: 64, queries: 100, learningRate: 1e-4, beta2: 0.999, validateEvery: 1000 },
  evaluation: { tasks: 200, queries: 100, steps: 10, otherObservations: [] },
  generation: { intervals: 50, tasks: 32 },
} as const;
