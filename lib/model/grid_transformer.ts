import type * as tf from "@tensorflow/tfjs";
import { attention } from "../ops/mod.ts";
import type { Key } from "../random/mod.ts";
import { feedForwardBlock, normedDense, residualDense } from "./_blocks.ts";
import { norm, normWeights } from "./_norm.ts";
import type { Model, Transformer } from "./transformer.ts";
import { denseWeights, type Weights } from "./weights.ts";

/**
 * A pre-norm transformer over grids of tokens, which attends in turn along rows and along columns. No token knows its
 * place, so that permuting rows or columns permutes the output and nothing else. Per layer, with norms before each:
 * x += attention along each row; x += attention along each column; x += W₂ gelu(W₁ x). embedded `[grids, rows · columns,
 * width]` row by row; the mask `[grids | 1, rows, columns]` says which tokens there are: the others are seen by nobody.
 * Output projections start divided by √(3 · layers). Source: arXiv 2510.11471 (samples × nodes), after Lorch et al. 2022.
 *
 * @example Two grids of two rows and three columns
 * ```ts
 * import { gridTransformer } from "@amortize/core/model";
 * import { keyFor } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const model = gridTransformer({ width: 8, layers: 1, heads: 2, feedForward: 16 });
 * const weights = model.init(keyFor(0, "initialisation", 0));
 * const hidden = model.apply(weights, tf.ones([2, 6, 8]), tf.ones([1, 2, 3], "bool"));
 * assertEquals(hidden.shape, [2, 6, 8]); // [grids, rows · columns, width]
 * ```
 */
export function gridTransformer(c: Transformer): Model {
  return {
    init: (key) => {
      const gain = 1 / Math.sqrt(3 * c.layers);
      let weights: Weights = normWeights("model.norm", c.width);
      for (let layer = 0; layer < c.layers; layer++) {
        const name = `model.layers.${layer}`;
        weights = {
          ...weights,
          ...attentionWeights(key, `${name}.rows`, c.width, gain),
          ...attentionWeights(key, `${name}.columns`, c.width, gain),
          ...normWeights(`${name}.feedForward.norm`, c.width),
          ...denseWeights(key, `${name}.feedForward.hidden`, c.width, c.feedForward),
          ...denseWeights(key, `${name}.feedForward.output`, c.feedForward, c.width, gain),
        };
      }
      return weights;
    },
    apply: (weights, embedded, mask) => {
      const [grids, , width] = embedded.shape, [, rows, columns] = mask.shape;
      const alongRows = lineMask(mask, grids), alongColumns = lineMask(transposed(mask), grids);
      const attend = (x: tf.Tensor, name: string, visible: tf.Tensor3D): tf.Tensor => {
        const seen = normedDense(weights, `${name}.norm`, `${name}.qkv`, x);
        const heard = attention(seen.y as tf.Tensor3D, visible, c.heads);
        return residualDense(weights, `${name}.output`, seen.carried, heard);
      };
      let x: tf.Tensor = embedded.reshape([grids * rows, columns, width]);
      for (let layer = 0; layer < c.layers; layer++) {
        const name = `model.layers.${layer}`;
        x = attend(x, `${name}.rows`, alongRows);
        x = attend(turned(x, grids, rows, columns), `${name}.columns`, alongColumns);
        x = feedForwardBlock(weights, `${name}.feedForward`, turned(x, grids, columns, rows));
      }
      return norm(weights, "model.norm", x).reshape([grids, rows * columns, width]);
    },
  };
}

/** Lines `[grids · lines, positions, width]` as their grid's lines the other way, `[grids · positions, lines, width]`. */
function turned(x: tf.Tensor, grids: number, lines: number, positions: number): tf.Tensor {
  const width = x.shape[2]!;
  const grid = x.reshape([grids, lines, positions, width]).transpose([0, 2, 1, 3]);
  return grid.reshape([grids * positions, lines, width]);
}

/** Which tokens there are, `[grids | 1, lines, positions]`, as attention's mask of every line. */
function lineMask(mask: tf.Tensor3D, grids: number): tf.Tensor3D {
  const [given, lines, positions] = mask.shape;
  const each = mask.reshape([given * lines, 1, positions]).tile([1, positions, 1]);
  return (given === grids ? each : each.tile([grids, 1, 1])) as tf.Tensor3D;
}

function attentionWeights(key: Key, name: string, width: number, gain: number): Weights {
  return {
    ...normWeights(`${name}.norm`, width),
    ...denseWeights(key, `${name}.qkv`, width, 3 * width),
    ...denseWeights(key, `${name}.output`, width, width, gain),
  };
}

/** A mask the other way round. On webgpu tfjs's transpose fails for booleans, and a cast alone leaves them as they are. */
function transposed(mask: tf.Tensor3D): tf.Tensor3D {
  return mask.cast("float32").mul<tf.Tensor3D>(1).transpose([0, 2, 1]).cast("bool");
}
