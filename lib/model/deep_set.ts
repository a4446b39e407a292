import type * as tf from "@tensorflow/tfjs";
import { batchedProduct } from "../ops/mod.ts";
import { dense, denseGelu } from "./dense.ts";
import { norm, normWeights } from "./_norm.ts";
import type { Model, Transformer } from "./transformer.ts";
import { denseWeights, type Weights } from "./weights.ts";

/**
 * A deep set: each token goes by itself through residual layers x += W₂ gelu(W₁ norm(x)); each position gets the mean of
 * the tokens that it may see, and that goes through one more layer and a final norm. Under any mask the order of what is
 * seen does not matter. With an explicit predictor and one step this is a conditional neural process. Sizes as the
 * transformer's; heads have no meaning here. Source: Zaheer et al. 2017; Garnelo et al. 2018.
 *
 * @example The second position is the mean of both, whichever comes first
 * ```ts
 * import { deepSet } from "@amortize/core/model";
 * import { keyFor } from "@amortize/core/random";
 * import { assertAlmostEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * await tf.setBackend("cpu");
 * const model = deepSet({ width: 4, layers: 1, heads: 1, feedForward: 8 });
 * const weights = model.init(keyFor(0, "initialisation", 0));
 * const mask = tf.tensor3d([1, 0, 1, 1], [1, 2, 2], "bool"); // position 1 sees itself, 2 sees both
 * const tokens = tf.randomNormal<tf.Rank.R3>([1, 2, 4]);
 * const last = (of: tf.Tensor3D) => model.apply(weights, of, mask).slice([0, 1, 0]).data();
 * const [a, b] = [await last(tokens), await last(tokens.reverse(1))];
 * a.forEach((value, i) => assertAlmostEquals(value, b[i]!, 1e-5));
 * ```
 */
export function deepSet(c: Transformer): Model {
  return {
    init: (key) => {
      const names = [...Array.from({ length: c.layers }, (_, layer) => `model.layers.${layer}`), "model.pooled"];
      const blocks = names.map((name): Weights => ({
        ...normWeights(`${name}.norm`, c.width),
        ...denseWeights(key, `${name}.hidden`, c.width, c.feedForward),
        ...denseWeights(key, `${name}.output`, c.feedForward, c.width, 1 / Math.sqrt(names.length)),
      }));
      return Object.assign({}, ...blocks, normWeights("model.norm", c.width));
    },
    apply: (weights, embedded, mask) => {
      let x: tf.Tensor = embedded;
      for (let layer = 0; layer < c.layers; layer++) x = block(weights, `model.layers.${layer}`, x);
      const seen = mask.toFloat();
      const pooled = batchedProduct(seen.div(seen.sum(2, true)), x);
      return norm(weights, "model.norm", block(weights, "model.pooled", pooled)) as tf.Tensor3D;
    },
  };
}

function block(weights: Weights, name: string, x: tf.Tensor): tf.Tensor {
  const hidden = denseGelu(weights, `${name}.hidden`, norm(weights, `${name}.norm`, x));
  return x.add(dense(weights, `${name}.output`, hidden));
}
