import * as tf from "@tensorflow/tfjs";
import { Effect, Schema } from "effect";
import { attention } from "../ops/mod.ts";
import type { Key } from "../random/mod.ts";
import { feedForwardBlock, normedDense, residualDense } from "./_blocks.ts";
import { norm, normWeights } from "./_norm.ts";
import { denseWeights, weight, type Weights } from "./weights.ts";

/** Sizes of the transformer. */
export interface Transformer {
  /** Width D of a token. */
  readonly width: number;
  /** Blocks of attention and feed-forward, L. */
  readonly layers: number;
  /** Must divide the width. */
  readonly heads: number;
  /** Width of the hidden layer between attentions. */
  readonly feedForward: number;
  /**
   * Where above 0, query and key weights of a layer start equal, this many times what they are drawn as, so that a token
   * looks at those alike from the first iteration. 0 if left out: each drawn for itself.
   */
  readonly tiedAttention?: number;
  /**
   * Where above 0, the output projection of an attention starts as the transpose of its value weights, so many times as
   * large, so that what a token sees arrives in the directions it has there. 0 if left out: drawn for itself.
   */
  readonly tiedOutput?: number;
}

const factor = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }));
const size = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65536 }));

/** Decodes {@linkcode Transformer}; the defaults train in a minute on one core. */
export const Transformer: Schema.Codec<Transformer, Partial<Transformer>> = Schema.Struct({
  width: size.pipe(Schema.withDecodingDefaultKey(Effect.succeed(64))),
  layers: size.pipe(Schema.withDecodingDefaultKey(Effect.succeed(2))),
  heads: size.pipe(Schema.withDecodingDefaultKey(Effect.succeed(4))),
  feedForward: size.pipe(Schema.withDecodingDefaultKey(Effect.succeed(128))),
  tiedAttention: factor.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0))),
  tiedOutput: factor.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0))),
}).check(
  Schema.makeFilter((c) =>
    c.width % c.heads === 0 ? undefined : { path: ["heads"], issue: `heads must divide width ${c.width}` }
  ),
);

/** A model: weights from a key, and a pure function of weights and tokens. */
export interface Model {
  /** Fresh weights, owned by the caller; the same key gives the same bits. */
  readonly init: (key: Key) => Weights;
  /** embedded `[tasks, positions, width]`, mask `[1 | tasks, positions, positions]` → hidden, same shape as embedded. */
  readonly apply: (weights: Weights, embedded: tf.Tensor3D, mask: tf.Tensor3D) => tf.Tensor3D;
}

/**
 * A pre-norm transformer encoder with a final layer norm; no dropout and no positional encoding, so that order
 * enters by the mask alone. Per layer: x += attention(norm(x)); x += W₂ gelu(W₁ norm(x)).
 * Source: arXiv 2510.11471, model; METHOD.md §6. Output projections start divided by √(2 · layers).
 *
 * @example Two tasks of three tokens, everybody sees everybody
 * ```ts
 * import { transformer } from "@amortize/core/model";
 * import { keyFor } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const model = transformer({ width: 8, layers: 1, heads: 2, feedForward: 16 });
 * const weights = model.init(keyFor(0, "initialisation", 0));
 * const hidden = model.apply(weights, tf.ones([2, 3, 8]), tf.ones([1, 3, 3], "bool"));
 * assertEquals(hidden.shape, [2, 3, 8]); // [tasks, positions, width]
 * assertEquals(weights["model.layers.0.attention.qkv.weight"]!.shape, [8, 24]);
 * ```
 */
export function transformer(c: Transformer): Model {
  return {
    init: (key) => {
      const gain = 1 / Math.sqrt(2 * c.layers);
      let weights: Weights = normWeights("model.norm", c.width);
      for (let layer = 0; layer < c.layers; layer++) {
        const name = `model.layers.${layer}`;
        weights = {
          ...weights,
          ...normWeights(`${name}.attention.norm`, c.width),
          ...attentionWeights(key, `${name}.attention`, c, gain),
          ...normWeights(`${name}.feedForward.norm`, c.width),
          ...denseWeights(key, `${name}.feedForward.hidden`, c.width, c.feedForward),
          ...denseWeights(key, `${name}.feedForward.output`, c.feedForward, c.width, gain),
        };
      }
      return weights;
    },
    apply: (weights, embedded, mask) => {
      let x: tf.Tensor = embedded;
      for (let layer = 0; layer < c.layers; layer++) {
        const name = `model.layers.${layer}`;
        const seen = normedDense(weights, `${name}.attention.norm`, `${name}.attention.qkv`, x);
        const heard = attention(seen.y as tf.Tensor3D, mask, c.heads);
        x = residualDense(weights, `${name}.attention.output`, seen.carried, heard);
        x = feedForwardBlock(weights, `${name}.feedForward`, x);
      }
      return norm(weights, "model.norm", x) as tf.Tensor3D;
    },
  };
}

/** Weights of queries, keys and values side by side, and of the output; tied ones start as copies of others. */
function attentionWeights(key: Key, name: string, c: Transformer, gain: number): Weights {
  const { width, tiedAttention = 0, tiedOutput = 0 } = c;
  const drawn: Weights = {
    ...denseWeights(key, `${name}.qkv`, width, 3 * width),
    ...denseWeights(key, `${name}.output`, width, width, gain),
  };
  const part = (index: number): tf.Tensor2D =>
    weight<tf.Tensor2D>(drawn, `${name}.qkv.weight`).slice([0, index * width], [-1, width]);
  const tied: Weights = {
    ...(tiedAttention > 0
      ? {
        [`${name}.qkv.weight`]: tf.tidy(() => {
          const queries = part(0).mul<tf.Tensor2D>(tiedAttention);
          return tf.concat([queries, queries, part(2)], 1);
        }),
      }
      : {}),
    ...(tiedOutput > 0 ? { [`${name}.output.weight`]: tf.tidy(() => part(2).transpose().mul(tiedOutput)) } : {}),
  };
  for (const replaced of Object.keys(tied)) drawn[replaced]!.dispose();
  return { ...drawn, ...tied };
}
