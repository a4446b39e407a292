/** Linear regression, the default: `deno task train`. */
import { LinearRegression, linearRegression } from "../lib/tasks/mod.ts";
import type { Pipeline } from "../lib/training/mod.ts";
import { type StandardConfig, standardPipeline } from "./standard_pipeline.ts";

const declared: Pipeline<StandardConfig<LinearRegression>> = standardPipeline({
  name: "linear-regression",
  description: "y = w·x + ε from mini-batches of observations, beside the exact posterior",
  task: LinearRegression,
  family: linearRegression,
  presets: {
    // RECIPES.md's default: every default of the schema.
    quick: {},
    small: {
      task: { dimension: 20 },
      observations: 32,
      training: { iterations: 4000, tasks: 32, queries: 64 },
    },
    // METHOD.md §7: d = 100, N = 100, σ = 0.5.
    paper: {
      task: { dimension: 100 },
      observations: 100,
      steps: 10,
      model: { width: 256, layers: 4, heads: 4, feedForward: 1024 },
      training: { iterations: 100_000, tasks: 64, queries: 100, learningRate: 1e-4, beta2: 0.999 },
    },
  },
});

export default declared;
