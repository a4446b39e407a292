import * as tf from "@tensorflow/tfjs";
import { Effect, Schema } from "effect";
import { WrongUse } from "../errors/wrong_use.ts";
import { batchedProduct } from "../ops/mod.ts";
import { integers, type Key, normalTensor, permutation, purpose } from "../random/mod.ts";
import type { TaskFamily, TaskRange } from "../stages/task_family.ts";
import { chooseImages } from "./_choose_images.ts";
import { imageTable } from "./table_features.ts";
import { type LabelledData, type LabelledRows, type RowStatistics, rowStatistics, unitOf } from "./labelled_data.ts";

export { heldOutShare } from "./_choose_images.ts";

/** How images become tasks. */
export interface ImageClassification {
  /** Numbers per projected image, d. */
  readonly dimension: number;
  /** `map`: any map of the classes, which may merge some and never splits one; `permutation`: new names for all. */
  readonly labels: "map" | "permutation";
}

/** Decodes {@linkcode ImageClassification}; d = 100 and any map where left out. */
export const ImageClassification: Schema.Codec<ImageClassification, Partial<ImageClassification>> = Schema.Struct({
  dimension: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65536 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(100)),
  ),
  labels: Schema.Literals(["map", "permutation"]).pipe(Schema.withDecodingDefaultKey(Effect.succeed("map" as const))),
});

/** What makes a task: projection `[tasks, pixels, dimension]` and labels' map `[tasks, 10, 10]`, one-hot rows. */
export type ImageTask = { readonly projection: tf.Tensor3D; readonly map: tf.Tensor3D };

/** Classes of an image task. */
export const imageClasses = 10;

/**
 * Images seen through a random projection of their own for each task, P ~ N(0, 1), and labelled through a random map of
 * the ten classes. x is `[tasks, observations, dimension]` of about unit variance, y `[tasks, observations, 10]` one-hot.
 * Contexts are training images. Queries are training images too in training, but none of the task's context; others
 * that nothing trains on in validation, and test images in evaluation. Without data the family describes its sizes and cannot draw.
 * Source: arXiv 2510.11471; METHOD.md §7.
 */
export function imageClassification(
  name: string,
  c: ImageClassification,
  data: LabelledData | undefined,
): TaskFamily<ImageTask> {
  let known: RowStatistics | undefined;
  const source = (): { readonly data: LabelledData; readonly statistics: RowStatistics } => {
    if (data === undefined) {
      const problem = `the pipeline ${name} was built without its images`;
      throw new WrongUse({ command: "drawing tasks", problem, remedy: "read them with the pipeline's data() first" });
    }
    return { data, statistics: known ??= rowStatistics(data) };
  };

  return {
    name,
    features: c.dimension,
    outputs: imageClasses,
    loss: "cross-entropy",
    metric: { name: "error", unit: "%", lowerIsBetter: true },
    fromTable: imageTable({ pixels: 784, dimension: c.dimension, classes: imageClasses }),
    drawTasks: (key, range) => {
      const { size } = source().data.train;
      const perTask = size * c.dimension;
      return {
        projection: normalTensor(
          purpose(key, "projection"),
          [range.count, size, c.dimension],
          range.first * perTask,
        ) as tf.Tensor3D,
        map: labelMaps(purpose(key, "labels"), range, c.labels),
      };
    },
    observe: ({ projection, map }, request) => {
      const { data, statistics } = source();
      const { range: { count: tasks }, count } = request;
      const { rows, chosen } = chooseImages(data, request);
      return tf.tidy(() => {
        const pixels = tf.tensor3d(centred(rows, chosen, statistics), [tasks, count, rows.size]);
        const labels = tf.tensor3d(oneHot(rows, chosen), [tasks, count, imageClasses]);
        return { x: batchedProduct(pixels, projection), y: batchedProduct(labels, map) };
      });
    },
  };
}

function centred(rows: LabelledRows, chosen: Int32Array, { mean, scale }: RowStatistics): Float32Array {
  const { size, values } = rows;
  const unit = unitOf(rows) * scale;
  const offset = mean.map((m) => m * scale);
  const out = new Float32Array(chosen.length * size);
  for (let i = 0, to = 0; i < chosen.length; i++) {
    const start = chosen[i]! * size;
    for (let j = 0; j < size; j++, to++) out[to] = values[start + j]! * unit - offset[j]!;
  }
  return out;
}

function oneHot({ labels }: LabelledRows, chosen: Int32Array): Float32Array {
  const out = new Float32Array(chosen.length * imageClasses);
  chosen.forEach((row, i) => out[i * imageClasses + labels[row]!] = 1);
  return out;
}

/** One map of the classes per task: `[tasks, 10, 10]`, row = class of the data, column = class of the task. */
function labelMaps(key: Key, { first, count }: TaskRange, kind: ImageClassification["labels"]): tf.Tensor3D {
  const out = new Float32Array(count * imageClasses ** 2);
  const drawn = integers(purpose(key, "map"), count * imageClasses, imageClasses, first * imageClasses);
  for (let task = 0; task < count; task++) {
    const targets = kind === "map"
      ? drawn.subarray(task * imageClasses, (task + 1) * imageClasses)
      : permutation(purpose(key, `permutation ${first + task}`), imageClasses);
    targets.forEach((target, of) => out[(task * imageClasses + of) * imageClasses + target] = 1);
  }
  return tf.tensor3d(out, [count, imageClasses, imageClasses]);
}
