/** Letters: `deno task train alphabets`. */
import { Alphabets, alphabets, heldOutLetters } from "../lib/tasks/mod.ts";
import type { Pipeline } from "../lib/training/mod.ts";
import { type GenerationConfig, generationPipeline } from "./generation_pipeline.ts";
import { paperRecipe, quickRecipe, smallRecipe } from "./generation_presets.ts";

const declared: Pipeline<GenerationConfig<Alphabets>> = generationPipeline({
  name: "alphabets",
  description: "points of a capital, any way round, from examples of it, by flow matching; D H N T X Y held out",
  task: Alphabets,
  family: (task) => alphabets(task, "alphabets"),
  elsewhere: (task) => [alphabets(task, "held-out letters", heldOutLetters)],
  presets: { quick: quickRecipe, small: smallRecipe, paper: paperRecipe },
});

export default declared;
