import * as tf from "@tensorflow/tfjs";
import { dense } from "../model/dense.ts";
import { denseWeights, weight, type Weights } from "../model/weights.ts";
import type { Key } from "../random/mod.ts";
import type { Layout, Regime } from "../stages/regime.ts";
import { scaledLabels, stepVector, vectors } from "./_encoding.ts";
import { addVector } from "./predictor.ts";
import type { RegimeContext } from "./task_state.ts";

/** What a probability is kept away from zero by when its logarithm is taken. */
const tinyProbability = 1e-9;

/**
 * The state belongs to a query: ŷ^{k+1}(x) = r(x, ŷ^k(x), B^k), one trained transformer applied K times. ŷ⁰ is
 * learned and becomes the marginal of y. The state is the prediction itself (`logits`), its `softmax`, or the
 * query's `hidden` vector before the head. Source: METHOD.md §2, §4.
 */
export function implicit({ refinement: c, family, width }: RegimeContext): Regime {
  const hiddenState = c.implicitState === "hidden";
  const softmaxState = c.implicitState === "softmax";
  const held = hiddenState ? "hidden" : softmaxState ? "probabilities" : "prediction";
  const stateSize = hiddenState ? width : family.outputs;

  return {
    name: "implicit",
    stepAsTensor: true,
    init: (key) => ({
      ...encoderAndDecoder(key),
      ...(hiddenState ? denseWeights(key, "encoder.hidden", family.features + width, width) : {}),
      ...(c.stepEmbedding ? vectors(key, "encoder.step", c.steps, width) : {}),
      "encoder.query": tf.zeros([width]),
      "initial.state": tf.zeros([stateSize]),
    }),

    start: (weights, queryX) => {
      // Trained as logits: a probability itself would leave [0, 1], and the logarithm of the state would not be a number.
      const initial = weight<tf.Tensor1D>(weights, "initial.state");
      const state = softmaxState ? initial.softmax() : initial;
      return { [held]: tf.zeros([queryX.shape[0], queryX.shape[1], stateSize]).add(state) };
    },

    signal: () => ({}),

    encode: (input) => {
      const { weights, state, batch, queryX } = input;
      const observed = tf.concat([batch.x, scaledLabels(batch.y, c.labelScale)], 2);
      const context = dense(weights, "encoder.observation", observed);
      const current = tf.concat([queryX, state[held] as tf.Tensor3D], 2);
      let queries = dense(weights, hiddenState ? "encoder.hidden" : "encoder.observation", current) as tf.Tensor3D;
      queries = addVector(weights, "encoder.query", queries);
      if (c.stepEmbedding) queries = queries.add(stepVector("encoder.step", input));
      const layout: Layout = {
        lead: 0,
        observations: batch.x.shape[1],
        perObservation: 1,
        summaries: 0,
        queries: queryX.shape[1],
        queriesAttendSelf: c.queriesAttendSelf,
      };
      return { embedded: tf.concat([context as tf.Tensor3D, queries], 1), layout };
    },

    decode: (hidden, { layout, input: { weights, state } }) => {
      const read = hidden.slice([0, layout.observations, 0], [-1, layout.queries, -1]);
      const old = state[held]!;
      const residual = c.update === "residual";
      if (hiddenState) return { [held]: (residual ? read.add(old) : read).expandDims(1) };
      const output = dense(weights, "decoder", read);
      const before = softmaxState ? old.add(tinyProbability).log() : old;
      return { prediction: (residual ? output.add(before) : output).expandDims(1) };
    },

    predict: (weights, candidates) =>
      (hiddenState ? dense(weights, "decoder", candidates[held]!) : candidates["prediction"]!) as tf.Tensor4D,

    advance: (candidates) => {
      const next = (candidates[hiddenState ? held : "prediction"] as tf.Tensor4D).squeeze<tf.Tensor3D>([1]);
      return { [held]: softmaxState ? next.softmax() : next };
    },

    asCandidates: (state) => {
      const current = state[held]!.expandDims(1);
      if (hiddenState) return { [held]: current };
      return { prediction: softmaxState ? current.add(tinyProbability).log() : current };
    },
  };

  function encoderAndDecoder(key: Key): Weights {
    const encoder = denseWeights(key, "encoder.observation", family.features + family.outputs, width);
    const decoder = denseWeights(key, "decoder", width, family.outputs, 0.01);
    if (c.tiedDecoder === 0) return { ...encoder, ...decoder };
    decoder["decoder.weight"]!.dispose();
    const tied = tf.tidy(() => {
      const labels = encoder["encoder.observation.weight"]!.slice([family.features, 0], [-1, -1]);
      return labels.div(labels.norm("euclidean", 1, true)).transpose().mul(c.tiedDecoder);
    });
    return { ...encoder, ...decoder, "decoder.weight": tied };
  }
}
