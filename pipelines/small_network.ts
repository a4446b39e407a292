import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";
import { dense, denseGelu, denseWeights, type Weights } from "../lib/model/mod.ts";
import { type AdamMoments, adamStep, softmaxCrossEntropy } from "../lib/ops/mod.ts";
import { keyFor, permutation, purpose } from "../lib/random/mod.ts";
import { valueAndGradients } from "../lib/stages/mod.ts";
import type { LabelledRows } from "../lib/tasks/mod.ts";

/** Sizes of a small network and of its training. */
export interface SmallNetwork {
  /** Units of the hidden layer. */
  readonly hidden: number;
  /** Units of the layer before the classes: numbers per embedding. */
  readonly embedding: number;
  /** Times that every image is seen. */
  readonly epochs: number;
  /** Images per update. */
  readonly batch: number;
  /** Adam's first rate; it falls to 0 linearly. */
  readonly learningRate: number;
}

/** What one epoch tells. */
export interface EpochReport {
  readonly epoch: number;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
}

/** The layer before the classes, GELU after each layer: `[rows, pixels]` to `[rows, embedding]`; the caller owns it. */
export function embedPixels(weights: Weights, x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => denseGelu(weights, "embedding", denseGelu(weights, "hidden", x)));
}

/** Trains the network to tell some classes of images apart, on rows of these alone; the caller owns the weights. */
export function trainSmallNetwork(
  rows: LabelledRows,
  classes: readonly number[],
  c: SmallNetwork,
  onEpoch: (report: EpochReport) => Effect.Effect<void>,
): Effect.Effect<Weights, ShapeMismatch> {
  return Effect.gen(function* () {
    const key = keyFor(0, "initialisation", 0);
    let weights: Weights = {
      ...denseWeights(key, "hidden", rows.size, c.hidden),
      ...denseWeights(key, "embedding", c.hidden, c.embedding),
      ...denseWeights(key, "classes", c.embedding, classes.length),
    };
    const zeros = () => Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, tf.zerosLike(w)]));
    let moments: AdamMoments = { first: zeros(), second: zeros() };
    const chosen = Int32Array.from(rows.labels.keys()).filter((row) => classes.includes(rows.labels[row]!));
    const perEpoch = Math.floor(chosen.length / c.batch), updates = perEpoch * c.epochs;
    for (let epoch = 0, step = 1; epoch < c.epochs; epoch++) {
      const order = permutation(purpose(keyFor(0, "training", epoch), "order"), chosen.length).map((i) => chosen[i]!);
      let total = 0;
      for (let update = 0; update < perEpoch; update++, step++) {
        const part = order.subarray(update * c.batch, (update + 1) * c.batch);
        const x = pixels(rows, part), y = oneHot(rows, part, classes);
        const loss = Effect.sync(() => {
          const logits = dense(weights, "classes", embedPixels(weights, x));
          const all = softmaxCrossEntropy(tf.reshape(logits, [1, 1, part.length, classes.length]), y);
          return tf.reshape(all, []) as tf.Scalar;
        });
        const { value, gradients } = yield* valueAndGradients(weights, loss);
        const rate = c.learningRate * (1 - (step - 1) / updates);
        const stepped = adamStep(weights, gradients, moments, { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step });
        ({ weights, moments } = stepped);
        total += (yield* Effect.promise(() => value.data()))[0]!;
        tf.dispose([value, gradients as tf.NamedTensorMap, x, y]);
      }
      yield* onEpoch({ epoch: epoch + 1, loss: total / perEpoch });
    }
    tf.dispose([moments.first as tf.NamedTensorMap, moments.second as tf.NamedTensorMap]);
    return weights;
  });
}

/** Pixels of rows, about −½ … 2½: `[rows, pixels]`, owned by the caller. */
export function pixels({ size, values }: LabelledRows, part: Int32Array): tf.Tensor2D {
  const out = new Float32Array(part.length * size);
  part.forEach((row, i) => {
    for (let j = 0; j < size; j++) out[i * size + j] = values[row * size + j]! / 85 - 0.5;
  });
  return tf.tensor2d(out, [part.length, size]);
}

function oneHot({ labels }: LabelledRows, part: Int32Array, classes: readonly number[]): tf.Tensor3D {
  const out = new Float32Array(part.length * classes.length);
  part.forEach((row, i) => out[i * classes.length + classes.indexOf(labels[row]!)] = 1);
  return tf.tensor3d(out, [1, part.length, classes.length]);
}
