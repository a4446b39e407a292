import type * as tf from "@tensorflow/tfjs";
import { dense, denseGelu } from "../model/dense.ts";
import { denseWeights, weight, type Weights } from "../model/weights.ts";
import { batchedProduct } from "../ops/mod.ts";
import type { Key } from "../random/mod.ts";

/** f_γ(x, s): how a state of so many numbers predicts. */
export interface Predictor {
  /** Numbers in the state. */
  readonly size: number;
  /** Trained weights of the predictor itself, owned by the caller; none for a fixed one. */
  readonly init: (key: Key) => Weights;
  /** states `[tasks, prefixes, size]`, x `[tasks, queries, features]` → `[tasks, prefixes, queries, outputs]`. */
  readonly predict: (weights: Weights, states: tf.Tensor3D, x: tf.Tensor3D) => tf.Tensor4D;
}

/** Sizes that every predictor has. */
export interface PredictorSizes {
  /** Numbers per input x. */
  readonly features: number;
  /** Numbers per prediction: real outputs, or one logit a class. */
  readonly outputs: number;
}

/** f(x, θ) = xᵀ θ with θ `[features, outputs]` flattened: fixed, nothing to train. */
export function linearPredictor({ features, outputs }: PredictorSizes): Predictor {
  return {
    size: features * outputs,
    init: () => ({}),
    predict: (_weights, states, x) => {
      const [tasks, prefixes] = states.shape;
      const theta = outputs === 1
        ? states
        : states.reshape<tf.Tensor4D>([tasks, prefixes, features, outputs]).transpose([0, 1, 3, 2]);
      return weigh(theta.reshape<tf.Tensor3D>([tasks, prefixes * outputs, features]), x, prefixes, outputs);
    },
  };
}

/**
 * f(x, z) = ⟨features(x), V z + v⟩ / √m, with m trained features of x: the latent chooses a linear predictor.
 * Source: RECIPES.md ("hyper decoder"); beyond the paper.
 */
export function hyperPredictor(
  sizes: PredictorSizes & { readonly latent: number; readonly hidden: number; readonly trainedFeatures: number },
): Predictor {
  const { features, outputs, latent, hidden, trainedFeatures } = sizes;
  return {
    size: latent,
    init: (key) => ({
      ...denseWeights(key, "predictor.hidden", features, hidden),
      ...denseWeights(key, "predictor.features", hidden, trainedFeatures),
      ...denseWeights(key, "predictor.linear", features, trainedFeatures),
      ...denseWeights(key, "predictor.coefficients", latent, outputs * trainedFeatures),
    }),
    predict: (weights, states, x) => {
      const [tasks, prefixes] = states.shape;
      const nonlinear = dense(weights, "predictor.features", denseGelu(weights, "predictor.hidden", x));
      const basis = nonlinear.add(dense(weights, "predictor.linear", x)).div(Math.sqrt(trainedFeatures));
      const coefficients = dense(weights, "predictor.coefficients", states);
      return weigh(
        coefficients.reshape<tf.Tensor3D>([tasks, prefixes * outputs, trainedFeatures]),
        basis as tf.Tensor3D,
        prefixes,
        outputs,
      );
    },
  };
}

/** f(x, z) = MLP([x, z]), two hidden layers: the paper's explicit predictor. */
export function mlpPredictor(
  sizes: PredictorSizes & { readonly latent: number; readonly hidden: number },
): Predictor {
  const { features, outputs, latent, hidden } = sizes;
  return {
    size: latent,
    init: (key) => ({
      ...denseWeights(key, "predictor.input", features, hidden),
      ...denseWeights(key, "predictor.latent", latent, hidden),
      ...denseWeights(key, "predictor.hidden", hidden, hidden),
      ...denseWeights(key, "predictor.output", hidden, outputs),
    }),
    predict: (weights, states, x) => {
      // The first layer of [x, z] is a sum, so its two products are taken once per query and once per state.
      const fromX = dense(weights, "predictor.input", x).expandDims(1);
      const fromZ = dense(weights, "predictor.latent", states).expandDims(2);
      const first = gelu(fromX.add(fromZ));
      const second = denseGelu(weights, "predictor.hidden", first);
      return dense(weights, "predictor.output", second) as tf.Tensor4D;
    },
  };
}

/** rows `[tasks, prefixes · outputs, m]` times x `[tasks, queries, m]`, as `[tasks, prefixes, queries, outputs]`. */
function weigh(rows: tf.Tensor3D, x: tf.Tensor3D, prefixes: number, outputs: number): tf.Tensor4D {
  const [tasks, queries] = x.shape;
  const product = batchedProduct(rows, x.transpose([0, 2, 1]));
  if (outputs === 1) return product.reshape([tasks, prefixes, queries, 1]);
  return product.reshape<tf.Tensor4D>([tasks, prefixes, outputs, queries]).transpose([0, 1, 3, 2]);
}

function gelu(x: tf.Tensor): tf.Tensor {
  return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
}

/** A weight vector added to every token: `[width]`. */
export function addVector(weights: Weights, name: string, tokens: tf.Tensor3D): tf.Tensor3D {
  return tokens.add(weight<tf.Tensor1D>(weights, name));
}
