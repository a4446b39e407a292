/** Gaussian mixtures: `deno task train gmm`. */
import { GaussianMixtures, gaussianMixtures } from "../lib/tasks/mod.ts";
import type { Pipeline } from "../lib/training/mod.ts";
import { type GenerationConfig, generationPipeline } from "./generation_pipeline.ts";
import { paperRecipe, quickRecipe, smallRecipe } from "./generation_presets.ts";

const declared: Pipeline<GenerationConfig<GaussianMixtures>> = generationPipeline({
  name: "gmm",
  description: "points of a Gaussian mixture from examples of it, by flow matching, beside the true field",
  task: GaussianMixtures,
  family: gaussianMixtures,
  presets: {
    // RECIPES.md's mixtures: 2-d, up to ten clusters.
    quick: { task: { clusters: [1, 10] }, ...quickRecipe },
    small: { task: { clusters: [1, 100] }, ...smallRecipe },
    // METHOD.md §7: up to a hundred clusters; for 5-d --set task.dimension=5.
    paper: { task: { clusters: [1, 100] }, ...paperRecipe },
  },
});

export default declared;
