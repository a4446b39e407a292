import * as tf from "@tensorflow/tfjs";
import { dense, denseGelu } from "../../model/dense.ts";
import { denseWeights } from "../../model/weights.ts";
import type { Regime } from "../../stages/regime.ts";
import { isOneLength, shareOfVisible } from "../../stages/share_of_visible.ts";
import { stepVector, vectors } from "../_encoding.ts";
import type { Refinement } from "../settings.ts";
import { leafRegime } from "./leaf_regime.ts";
import { type MomentKind, pairFeatureCount, pairFeatures } from "./pair_features.ts";

/**
 * Nodes × nodes: a token for each pair of nodes holds what the mini-batch says of the two; samples enter by their moments
 * alone, so that their order cannot matter. A node's leaf score is read from its pair with itself, which has attended to
 * its row and its column. Learns in minutes. Source: RECIPES.md (topological order).
 */
export function nodePairs(
  c: Pick<Refinement, "steps" | "stepEmbedding" | "update"> & { readonly moments?: MomentKind },
  width: number,
): Regime {
  return leafRegime({
    name: "implicit/node pairs",
    init: (key) => ({
      ...denseWeights(key, "encoder.pair.hidden", pairFeatureCount, 2 * width),
      ...denseWeights(key, "encoder.pair.output", 2 * width, width),
      ...(c.stepEmbedding ? vectors(key, "encoder.step", c.steps, width) : {}),
      ...denseWeights(key, "decoder.hidden", width, width),
      ...denseWeights(key, "decoder", width, 1, 0.1),
    }),
    signal: (_weights, state, batch, lengths) => ({
      pairs: pairFeatures({
        x: typeof lengths === "number" ? batch.x.slice([0, 0, 0], [-1, lengths, -1]) : batch.x,
        logits: state["logits"] as tf.Tensor3D,
        present: state["present"] as tf.Tensor3D,
        ...(isOneLength(lengths) ? { share: shareOfVisible(lengths, batch.x.shape[1]) } : {}),
        moments: c.moments ?? "correlations",
      }),
    }),
    encode: (input) => {
      const { weights, signal, queryX } = input;
      const hidden = denseGelu(weights, "encoder.pair.hidden", signal["pairs"]!);
      const tokens = dense(weights, "encoder.pair.output", hidden) as tf.Tensor3D;
      return {
        embedded: c.stepEmbedding ? tokens.add(stepVector("encoder.step", input)) : tokens,
        rows: queryX.shape[2],
      };
    },
    read: (hidden, { input: { weights, queryX } }) => {
      const nodes = queryX.shape[2];
      const read = denseGelu(weights, "decoder.hidden", diagonalOf(hidden, nodes));
      return dense(weights, "decoder", read).reshape([hidden.shape[0], nodes]);
    },
  }, c);
}

/** Tokens (i, i) of `[grids, nodes · nodes, width]`, `[grids, nodes, width]`: every (nodes + 1)-th, by whole slices. */
function diagonalOf(hidden: tf.Tensor3D, nodes: number): tf.Tensor3D {
  const [grids, tokens, width] = hidden.shape;
  const last = hidden.slice([0, tokens - 1, 0], [-1, 1, -1]);
  if (nodes === 1) return last;
  const lines = hidden.slice([0, 0, 0], [-1, tokens - 1, -1]).reshape<tf.Tensor3D>([
    grids,
    nodes - 1,
    (nodes + 1) * width,
  ]);
  return tf.concat([lines.slice([0, 0, 0], [-1, -1, width]), last], 1);
}
