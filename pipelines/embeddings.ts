/** Frozen embeddings: `deno task train embeddings --data DIR`. */
import { EmbeddingClassification, embeddingClassification, readEmbeddingSets } from "../lib/tasks/mod.ts";
import type { Pipeline } from "../lib/training/mod.ts";
import { classificationRegimes } from "./classification_presets.ts";
import { embeddingPresets } from "./embedding_presets.ts";
import { type StandardConfig, standardPipeline } from "./standard_pipeline.ts";

const declared: Pipeline<StandardConfig<EmbeddingClassification>> = standardPipeline({
  name: "embeddings",
  description: "frozen embeddings of images: random subsets of classes, those of evaluation never trained on",
  presets: embeddingPresets,
  methods: classificationRegimes,
  task: EmbeddingClassification,
  family: (task, data) => embeddingClassification(task.trained, "trained", task, data?.[task.trained]),
  data: readEmbeddingSets,
  elsewhere: (task, data) => task.elsewhere.map((name) => embeddingClassification(name, "elsewhere", task, data[name])),
});

export default declared;
