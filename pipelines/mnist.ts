/** MNIST: `deno task train mnist --data DIR`. */
import type { ImageClassification } from "../lib/tasks/mod.ts";
import type { Pipeline } from "../lib/training/mod.ts";
import { imagePipeline } from "./image_pipeline.ts";
import { imagePresets } from "./image_presets.ts";
import type { StandardConfig } from "./standard_pipeline.ts";

const declared: Pipeline<StandardConfig<ImageClassification>> = imagePipeline({
  trained: "mnist",
  other: "fashion-mnist",
  description: "images of digits through a random projection and a random map of the labels, a new one for each task",
  presets: imagePresets,
});

export default declared;
