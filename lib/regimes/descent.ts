import * as tf from "@tensorflow/tfjs";
import { weight, type Weights } from "../model/weights.ts";
import { fromStep } from "../stages/from_step.ts";
import type { Candidates, RefineInput, Regime, State } from "../stages/regime.ts";
import { innerSignal } from "./_inner_signal.ts";
import { linearPredictor } from "./predictor.ts";
import type { RegimeContext } from "./task_state.ts";

const beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

/**
 * s = θ of a linear predictor, and a step of it is h(θ, B) = θ − rate · ∇ of the inner loss, mean over the mini-batch: the
 * one token is the gradient itself, and no network stands between it and the state. Learned are θ⁰ and one rate for all
 * weights and steps (as its logarithm, so that it stays positive), or either, or neither. So MAML and Meta-SGD with one
 * rate, and plain SGD and Adam, are settings of the pipeline; Adam's moments are part of the state. Source: Finn et al.
 * 2017; Li et al. 2017; Kingma and Ba 2015.
 */
export function descent({ refinement: c, family }: RegimeContext): Regime {
  const { rule, rate, learn } = c.descent;
  const predictor = linearPredictor(family);
  const { size } = predictor;
  const learnsStart = learn === "start" || learn === "start+rate";
  const learnsRate = learn === "rate" || learn === "start+rate";

  return {
    name: "descent",
    stepAsTensor: true,
    init: () => ({
      ...(learnsStart ? { "initial.state": tf.zeros([size]) } : {}),
      ...(learnsRate ? { "descent.logRate": tf.tensor1d([Math.log(rate)]) } : {}),
    }),

    start: (weights, queryX) => {
      const zeros = tf.zeros<tf.Rank.R2>([queryX.shape[0], size]);
      const theta = learnsStart ? zeros.add<tf.Tensor2D>(weight<tf.Tensor1D>(weights, "initial.state")) : zeros;
      return rule === "sgd" ? { theta } : { theta, first: zeros.clone(), second: zeros.clone() };
    },

    signal: (weights, state, batch, lengths) => {
      const settings = { ...c, signal: { data: false, residual: false, gradient: "mean" as const } };
      const of = { predictor, settings, loss: family.loss, closedForm: true };
      const { gradient } = innerSignal(of, { weights, state: state["theta"] as tf.Tensor2D, batch, lengths });
      return { gradient: gradient! };
    },

    encode: ({ signal, batch }) => ({
      embedded: signal["gradient"] as tf.Tensor3D,
      layout: { lead: 0, observations: batch.x.shape[1], perObservation: 0, summaries: 1, queries: 0 },
    }),

    decode: (gradient, { input }) => {
      const { weights, state } = input;
      const moved = rule === "sgd" ? { direction: gradient, moments: {} } : adamDirection(input, gradient);
      const length = learnsRate ? weight<tf.Tensor1D>(weights, "descent.logRate").exp() : rate;
      const theta = state["theta"]!.expandDims(1).sub(moved.direction.mul(length));
      return { theta, ...moved.moments };
    },

    predict: (weights, candidates, x) => predictor.predict(weights, candidates["theta"] as tf.Tensor3D, x),
    advance: (candidates) => mapTensors(candidates, (tensor) => tensor.squeeze([1])),
    asCandidates: (state) => mapTensors(state, (tensor) => tensor.expandDims(1)),
  };
}

/** Adam's direction at step k, and the moments after it, `[tasks, 1, size]` each. */
function adamDirection(
  input: RefineInput,
  gradient: tf.Tensor3D,
): { readonly direction: tf.Tensor; readonly moments: Candidates } {
  const { state } = input;
  const left = (beta: number) => fromStep(input, (step) => tf.scalar(1 - beta ** (step + 1)));
  const first = state["first"]!.expandDims(1).mul(beta1).add(gradient.mul(1 - beta1));
  const second = state["second"]!.expandDims(1).mul(beta2).add(gradient.square().mul(1 - beta2));
  // ε inside the root, so that it has a slope where a gradient is zero.
  const scale = second.div(left(beta2)).add(epsilon ** 2).sqrt();
  return { direction: first.div(left(beta1)).div(scale), moments: { first, second } };
}

function mapTensors(tensors: Weights, of: (tensor: tf.Tensor) => tf.Tensor): State {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, of(tensor)]));
}
