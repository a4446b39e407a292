import * as tf from "@tensorflow/tfjs";
import type { Weights } from "../model/weights.ts";
import { prefixMean } from "../ops/mod.ts";
import type { Lengths, Signal } from "../stages/regime.ts";
import { isOneLength, shareOfVisible } from "../stages/share_of_visible.ts";
import type { Observations, TaskFamily } from "../stages/task_family.ts";
import type { Predictor } from "./predictor.ts";
import type { Refinement } from "./settings.ts";

/** How residuals and inner gradients are taken. */
export interface InnerSignalSettings {
  readonly predictor: Predictor;
  readonly settings: Refinement;
  readonly loss: TaskFamily["loss"];
  /** For the linear predictor the gradient is x ⊗ ∂ℓ/∂f, in closed form. */
  readonly closedForm: boolean;
}

/** Where they are taken: at a state `[tasks, size]`, on a mini-batch. */
export interface InnerSignalInput {
  readonly weights: Weights;
  readonly state: tf.Tensor2D;
  readonly batch: Observations;
  readonly lengths: Lengths;
}

/**
 * `residual` `[tasks, observations, outputs]`: y − f(x; s), or one-hot − softmax. `gradient`: of the inner loss in s,
 * `[tasks, observations, size]` (prefix means or one per observation) or `[tasks, 1, size]` (mean over the visible
 * ones). `meanGradient` `[tasks, size]` where a history keeps it. Only training observations enter.
 */
export function innerSignal(of: InnerSignalSettings, at: InnerSignalInput): Signal {
  const { signal, history, gradientStep } = of.settings;
  if (!signal.residual && signal.gradient === "none" && gradientStep === 0) return {};
  const { x, y } = at.batch;
  const predicted = of.predictor.predict(at.weights, at.state.expandDims(1), x).squeeze<tf.Tensor3D>([1]);
  const residual = y.sub<tf.Tensor3D>(of.loss === "squared-error" ? predicted : predicted.softmax());
  if (signal.gradient === "none") return { residual };
  const each = of.closedForm ? linearGradient(of, at, residual) : tapeGradient(of, at);
  const mean = (): tf.Tensor3D => meanOfVisible(each, at.lengths);
  const gradient = signal.gradient === "per-observation"
    ? each
    : signal.gradient === "prefix-mean"
    ? prefixMean(each)
    : mean();
  return { residual, gradient, ...(history > 0 ? { meanGradient: mean().squeeze([1]) } : {}) };
}

/** Over observations `[tasks, observations, size]`: `[tasks, 1, size]`. */
function meanOfVisible(each: tf.Tensor3D, lengths: Lengths): tf.Tensor3D {
  if (isOneLength(lengths)) return each.mul(shareOfVisible(lengths, each.shape[1])).sum(1, true);
  return (typeof lengths === "number" ? each.slice([0, 0, 0], [-1, lengths, -1]) : each).mean(1, true);
}

/** ∇_θ ℓ_i = x_i ⊗ ∂ℓ_i/∂f: −2 (y − f) for squared error, softmax − one-hot for cross-entropy. */
function linearGradient(of: InnerSignalSettings, { batch }: InnerSignalInput, residual: tf.Tensor3D): tf.Tensor3D {
  const [tasks, observations] = batch.x.shape;
  const slope = residual.mul(of.loss === "squared-error" ? -2 : -1);
  return batch.x.expandDims(3).mul(slope.expandDims(2)).reshape([tasks, observations, of.predictor.size]);
}

/** The same for any predictor, by one backward pass over copies of the state, one per observation. */
function tapeGradient(of: InnerSignalSettings, { weights, state, batch }: InnerSignalInput): tf.Tensor3D {
  const [tasks, observations, features] = batch.x.shape;
  const size = of.predictor.size;
  const copies = tf.zeros([tasks, observations, size]).add(state.expandDims(1)).reshape([
    tasks * observations,
    1,
    size,
  ]);
  const x = batch.x.reshape<tf.Tensor3D>([tasks * observations, 1, features]);
  const y = batch.y.reshape([tasks * observations, 1, 1, -1]);
  const total = (states: tf.Tensor): tf.Scalar => {
    const predicted = of.predictor.predict(weights, states as tf.Tensor3D, x);
    return of.loss === "squared-error"
      ? predicted.sub(y).square().sum()
      : predicted.logSoftmax().mul(y).sum().neg() as tf.Scalar;
  };
  return tf.grad(total)(copies).reshape([tasks, observations, size]);
}
