import * as tf from "@tensorflow/tfjs";
import { Effect, Schema } from "effect";
import { dense, denseGelu } from "../model/dense.ts";
import { denseWeights, weight } from "../model/weights.ts";
import type { Layout, Regime, Signal, State } from "../stages/regime.ts";
import { stepVector, vectors } from "./_encoding.ts";
import { emptyMemory, type KernelMemory, remember, rememberedFields, splitQuery } from "./kernel_memory.ts";
import type { RegimeContext } from "./task_state.ts";

/** What is particular about a vector field as a state. */
export interface VectorField {
  /** Widths of the kernels that a query remembers all points by, in units of the points; none for no memory. */
  readonly bandwidths: readonly number[];
}

/** Decodes {@linkcode VectorField}; bandwidths .05 and .16 where left out (RECIPES.md). */
export const VectorField: Schema.Codec<VectorField, Partial<VectorField>> = Schema.Struct({
  bandwidths: Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: 1e-4, maximum: 1e4 }))).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed([0.05, 0.16])),
  ),
});

/** Frequencies of the query's time, in half turns from 0 to 1. */
const halfTurns = [1, 2, 4];

/** A kernel's mean likelihood is told by its logarithm, from here up, in units of `massUnit`. */
const leastMass = -12, massUnit = 4;

/**
 * Implicit amortization of a vector field for flow matching: the state is the current estimate v of the field at each
 * query (x_t, t), refined by v ← v + r(x_t, t, v, memory, B^k). It starts as the field of a Gaussian of learned variance
 * (1 at first). Context tokens are the points themselves and do not depend on queries; a query's token is a small network
 * of x_t, where v leads to, t, and what kernels of several widths tell of all points seen so far, which the state carries
 * exactly from batch to batch. Points are the y of observations; `[tasks, queries, dimension + 1]` the query's x_t and t.
 * Source: METHOD.md §7; RECIPES.md, generation by flow matching.
 */
export function vectorField({ refinement: c, family, width }: RegimeContext, { bandwidths }: VectorField): Regime {
  const dimension = family.outputs;
  const remembers = bandwidths.length > 0;
  const featureCount = 2 * dimension + 2 + 2 * halfTurns.length +
    (remembers ? bandwidths.length * (2 * dimension + 1) + 1 : 0);

  return {
    name: "vector-field",
    stepAsTensor: true,
    init: (key) => ({
      "initial.logVariance": tf.zeros([1]),
      ...denseWeights(key, "encoder.observation", dimension, width),
      ...denseWeights(key, "encoder.query.hidden", featureCount, width),
      ...denseWeights(key, "encoder.query.output", width, width),
      ...(c.stepEmbedding ? vectors(key, "encoder.step", c.steps, width) : {}),
      ...denseWeights(key, "decoder", width, dimension, 0.1),
    }),

    start: (weights, queryX) => {
      const { x, t } = splitQuery(queryX);
      const variance = weight<tf.Tensor1D>(weights, "initial.logVariance").exp();
      const s = tf.sub(1, t);
      const slope = t.mul(variance).sub(s).div(t.square().mul(variance).add(s.square()));
      return {
        field: x.mul<tf.Tensor3D>(slope),
        query: queryX.clone(), // the signal, which is not told of queries, reads them here
        ...(remembers ? emptyMemory(queryX, bandwidths.length) : {}),
      };
    },

    signal: (_weights, state, batch, lengths): Signal =>
      remembers ? remember(memoryOf(state), batch.y, lengths, state["query"] as tf.Tensor3D, bandwidths) : {},

    encode: (input) => {
      const { weights, state, signal, batch, queryX } = input;
      const context = dense(weights, "encoder.observation", batch.y) as tf.Tensor3D;
      const features = queryFeatures(state["field"] as tf.Tensor3D, signal, queryX);
      const hidden = denseGelu(weights, "encoder.query.hidden", features);
      let queries = dense(weights, "encoder.query.output", hidden) as tf.Tensor3D;
      if (c.stepEmbedding) queries = queries.add(stepVector("encoder.step", input));
      const sizes = { observations: batch.y.shape[1], queries: queryX.shape[1] };
      const layout: Layout = { lead: 0, perObservation: 1, summaries: 0, ...sizes };
      return { embedded: tf.concat([context, queries], 1), layout };
    },

    decode: (hidden, { layout, input: { weights, state } }) => {
      const read = hidden.slice([0, layout.observations, 0], [-1, layout.queries, -1]);
      const output = dense(weights, "decoder", read);
      return { field: (c.update === "residual" ? output.add(state["field"]!) : output).expandDims(1) };
    },

    predict: (_weights, candidates) => candidates["field"] as tf.Tensor4D,

    advance: (candidates, { state, signal }) => ({
      field: (candidates["field"] as tf.Tensor4D).squeeze<tf.Tensor3D>([1]),
      query: state["query"]!.clone(),
      ...Object.fromEntries(Object.entries(signal).map(([name, tensor]) => [name, tensor.clone()])),
    }),

    asCandidates: (state) => ({ field: state["field"]!.expandDims(1) }),
  };

  /** `[tasks, queries, featureCount]`. */
  function queryFeatures(field: tf.Tensor3D, signal: Signal, queryX: tf.Tensor3D): tf.Tensor3D {
    const { x, t } = splitQuery(queryX);
    const left = tf.sub<tf.Tensor3D>(1, t);
    const turns = halfTurns.flatMap((j) => [t.mul(j * Math.PI).sin(), t.mul(j * Math.PI).cos()]) as tf.Tensor3D[];
    const plain = [x, x.add<tf.Tensor3D>(left.mul(field)), t, left.add(0.03).log().mul<tf.Tensor3D>(0.5), ...turns];
    if (!remembers) return tf.concat(plain, 2);
    const memory = memoryOf(signal), [tasks, queries] = queryX.shape;
    const fields = rememberedFields(memory, queryX, bandwidths);
    const flat = (of: tf.Tensor): tf.Tensor3D => of.reshape([tasks, queries, bandwidths.length * dimension]);
    const count = memory.memoryCount.log() as tf.Tensor3D;
    const mass = memory.memoryMass.sub(count).maximum(leastMass).div<tf.Tensor3D>(massUnit);
    const apart = fields.sub(field.expandDims(2));
    return tf.concat([...plain, flat(fields), flat(apart), mass, count.div<tf.Tensor3D>(massUnit)], 2);
  }
}

function memoryOf(tensors: State | Signal): KernelMemory {
  const { memoryMean, memoryMass, memoryCount } = tensors;
  return { memoryMean, memoryMass, memoryCount } as KernelMemory;
}
