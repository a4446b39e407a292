import * as tf from "@tensorflow/tfjs";
import { dense } from "../../model/dense.ts";
import { denseWeights } from "../../model/weights.ts";
import type { Regime } from "../../stages/regime.ts";
import { isOneLength, shareOfVisible } from "../../stages/share_of_visible.ts";
import { stepVector, vectors } from "../_encoding.ts";
import type { Refinement } from "../settings.ts";
import { leafRegime } from "./leaf_regime.ts";
import { probabilities } from "./pair_features.ts";

/** Numbers in a token: the sample's value, the node's logit and its probability. */
const tokenSize = 3;

/**
 * Samples × nodes, the paper's model: a token for each number of the mini-batch, beside the node's current logit. A
 * node's leaf score is read from the mean of its column over the visible samples. Source: arXiv 2510.11471; METHOD.md §7.
 */
export function samplesNodes(c: Pick<Refinement, "steps" | "stepEmbedding" | "update">, width: number): Regime {
  return leafRegime({
    name: "implicit/samples × nodes",
    init: (key) => ({
      ...denseWeights(key, "encoder.sample", tokenSize, width),
      ...(c.stepEmbedding ? vectors(key, "encoder.step", c.steps, width) : {}),
      ...denseWeights(key, "decoder", width, 1, 0.1),
    }),
    signal: () => ({}),
    encode: (input) => {
      const { weights, state, batch, queryX } = input;
      const [tasks, queries, nodes] = queryX.shape, samples = batch.x.shape[1], grids = tasks * queries;
      const logits = state["logits"] as tf.Tensor3D;
      const value = batch.x.expandDims(1).mul(queryX.expandDims(2)); // [tasks, queries, samples, nodes]
      const ones = tf.ones([1, 1, samples, 1]);
      const held = [tf.tanh(logits.div(4)), probabilities(logits, queryX)].map((v) => v.expandDims(2).mul(ones));
      const features = tf.stack([value, ...held], 4).reshape<tf.Tensor3D>([grids, samples * nodes, tokenSize]);
      const tokens = dense(weights, "encoder.sample", features) as tf.Tensor3D;
      return {
        embedded: c.stepEmbedding ? tokens.add(stepVector("encoder.step", input)) : tokens,
        rows: samples,
      };
    },
    read: (hidden, { input: { weights, queryX }, layout: { observations: samples }, lengths }) => {
      const [grids, , width] = hidden.shape, nodes = queryX.shape[2];
      const grid = hidden.reshape<tf.Tensor4D>([grids, samples, nodes, width]);
      const mean = isOneLength(lengths)
        ? grid.mul(shareOfVisible(lengths, samples).expandDims(3)).sum<tf.Tensor3D>(1)
        : (typeof lengths === "number" ? grid.slice([0, 0, 0, 0], [-1, lengths, -1, -1]) : grid).mean<tf.Tensor3D>(1);
      return dense(weights, "decoder", mean).reshape([grids, nodes]);
    },
  }, c);
}
