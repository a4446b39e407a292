import { Effect } from "effect";
import { ImageClassification, imageClassification, readImages } from "../lib/tasks/mod.ts";
import type { JsonObject, Pipeline } from "../lib/training/mod.ts";
import { classificationRegimes } from "./classification_presets.ts";
import { type StandardConfig, standardPipeline } from "./standard_pipeline.ts";

/** A pipeline over the images of one data set, evaluated on those of another too. */
export interface ImagePipeline {
  /** The data set that is trained on; names the pipeline. */
  readonly trained: string;
  /** The data set that a trained model is evaluated on out of distribution, in both roles. */
  readonly other: string;
  /** One line for `deno task list`. */
  readonly description: string;
  /** Named differences from the defaults. */
  readonly presets: Readonly<Record<string, JsonObject>>;
}

/** Image classification under random projections and label maps: contexts and queries of one data set. */
export function imagePipeline(
  { trained, other, description, presets }: ImagePipeline,
): Pipeline<StandardConfig<ImageClassification>> {
  return standardPipeline({
    name: trained,
    description,
    presets,
    methods: classificationRegimes,
    task: ImageClassification,
    family: (task, data) => imageClassification(trained, task, data?.[trained]),
    data: (_task, folder) =>
      Effect.map(
        Effect.all([readImages(folder, trained), readImages(folder, other)]),
        ([own, others]) => ({ [trained]: own, [other]: others }),
      ),
    elsewhere: (task, data) => [imageClassification(other, task, data[other])],
  });
}
