/** Regression on people's tables, for `deno task predict`: `deno task train table`. */
import { TableRegression, tableRegression } from "../lib/tasks/mod.ts";
import type { Pipeline } from "../lib/training/mod.ts";
import { type StandardConfig, standardPipeline } from "./standard_pipeline.ts";

const declared: Pipeline<StandardConfig<TableRegression>> = standardPipeline({
  name: "table",
  description: "regression on tables of up to 16 columns, noise and correlation varied; what predict is for",
  task: TableRegression,
  family: tableRegression,
  presets: {
    quick: {
      observations: 32,
      // θ changes within the span of the inputs only: columns that are not there stay 0 however long the context.
      decoder: "span",
      training: { iterations: 3000, tasks: 32, queries: 32, learningRate: 4e-3 },
      evaluation: { otherObservations: [] },
    },
    small: {
      observations: 32,
      decoder: "span",
      model: { width: 128, layers: 3, feedForward: 256 },
      training: { iterations: 12_000, tasks: 64, queries: 64, learningRate: 2e-3 },
      evaluation: { otherObservations: [] },
    },
  },
});

export default declared;
