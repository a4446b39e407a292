import * as tf from "@tensorflow/tfjs";
import { WrongUse } from "../errors/wrong_use.ts";
import type { TaskFamily } from "../stages/task_family.ts";
import {
  choose,
  drawEmbeddingTasks,
  type EmbeddingRole,
  type EmbeddingSource,
  type EmbeddingTask,
  sourceOf,
} from "./_embedding_draws.ts";
import type { EmbeddingClassification } from "./embedding_settings.ts";
import type { LabelledData } from "./labelled_data.ts";

/**
 * Frozen embeddings of images: a task takes a random subset of the classes and groups them into at most C labels, sizes
 * of groups differing by one at most. x is `[tasks, observations, dimension]`, centred and of variance 1 on average, y
 * `[tasks, observations, C]` one-hot. Contexts are drawn from the rows `train`, queries from `test` (the validation
 * file), each class of a task alike often. Training, validation and evaluation tasks have no class in common, so no image
 * either. Without data the family knows its sizes and cannot draw. Source: arXiv 2510.11471; METHOD.md §7.
 */
export function embeddingClassification(
  name: string,
  role: EmbeddingRole,
  c: EmbeddingClassification,
  data: LabelledData | undefined,
): TaskFamily<EmbeddingTask> {
  let known: EmbeddingSource | undefined;
  const source = (): EmbeddingSource => {
    if (data !== undefined) return known ??= sourceOf(role, c, data);
    const problem = `the family ${name} was built without its embeddings`;
    throw new WrongUse({ command: "drawing tasks", problem, remedy: "read them with the pipeline's data() first" });
  };
  return {
    name,
    features: c.dimension,
    outputs: c.labels,
    loss: "cross-entropy",
    metric: { name: "error", unit: "%", lowerIsBetter: true },
    drawTasks: (key, range) => drawEmbeddingTasks(key, range, source().classes, c),
    observe: (drawn, request) => {
      const from = source();
      const { chosen, labels } = choose(from, c, drawn, request);
      const { range: { count: tasks }, count } = request;
      const rows = request.role === "context" ? from.data.train : from.data.test;
      const { mean, scale } = from.statistics;
      const x = new Float32Array(chosen.length * c.dimension), y = new Float32Array(chosen.length * c.labels);
      chosen.forEach((row, i) => {
        const start = row * c.dimension, to = i * c.dimension, of = Math.floor(i / count) * c.dimension;
        for (let j = 0; j < c.dimension; j++) {
          const axis = drawn.axes[of + j]!;
          x[to + j] = (rows.values[start + axis]! - mean[axis]!) * scale * drawn.signs[of + j]!;
        }
        y[i * c.labels + labels[i]!] = 1;
      });
      return { x: tf.tensor3d(x, [tasks, count, c.dimension]), y: tf.tensor3d(y, [tasks, count, c.labels]) };
    },
  };
}
