import * as tf from "@tensorflow/tfjs";
import { dense } from "../model/dense.ts";
import { denseWeights, weight, type Weights } from "../model/weights.ts";
import { outerPrefixMean } from "../ops/mod.ts";
import type { Layout, RefineInput, Regime, Tokens } from "../stages/regime.ts";
import { isOneLength, shareOfVisible } from "../stages/share_of_visible.ts";
import type { TaskFamily } from "../stages/task_family.ts";
import { scaledLabels, stepVector, vectors } from "./_encoding.ts";
import { innerSignal } from "./_inner_signal.ts";
import type { Predictor } from "./predictor.ts";
import type { Refinement } from "./settings.ts";

/** What a regime is told beside its settings. */
export interface RegimeContext {
  /** How the pipeline refines. */
  readonly refinement: Refinement;
  /** Sizes of inputs and targets, and the inner loss. */
  readonly family: Pick<TaskFamily, "features" | "outputs" | "loss">;
  /** Width of a token. */
  readonly width: number;
}

/**
 * A regime whose state describes the task: s is the flattened weights of a predictor (parametric) or its latent
 * (explicit). Source: METHOD.md §2–§5.
 */
export function taskState(name: "parametric" | "explicit", predictor: Predictor, context: RegimeContext): Regime {
  const { refinement: c, family, width } = context;
  const { size } = predictor;
  const stateName = name === "parametric" ? "theta" : "latent";
  const hasObservations = c.signal.data || c.signal.residual;
  const hasGradients = c.signal.gradient !== "none";
  const gradientPerObservation = hasGradients && c.signal.gradient !== "mean";
  const perHistory = hasGradients ? 2 : 1;
  const span = c.decoder === "span";
  const chunk = size / c.stateTokens;
  const layout: Layout = {
    lead: c.stateTokens + c.history * perHistory,
    observations: c.observations,
    perObservation: Number(hasObservations) + Number(gradientPerObservation),
    summaries: Number(c.signal.gradient === "mean"),
    queries: 0,
  };
  const observationSize = family.features + (c.signal.data ? family.outputs : 0) +
    (c.signal.residual ? family.outputs : 0);

  return {
    name,
    stepAsTensor: true,
    init: (key) => ({
      ...predictor.init(key),
      "initial.state": tf.zeros([size]),
      ...denseWeights(key, "encoder.state", chunk, width),
      ...(c.stateTokens > 1 ? vectors(key, "encoder.slots", c.stateTokens, width) : {}),
      ...(c.stepEmbedding ? vectors(key, "encoder.step", c.steps, width) : {}),
      ...(c.history > 0 ? vectors(key, "encoder.history", c.history * perHistory, width) : {}),
      ...(c.history > 0 ? denseWeights(key, "encoder.earlier", size, width) : {}),
      ...(hasObservations ? denseWeights(key, "encoder.observation", observationSize, width) : {}),
      ...(hasGradients ? denseWeights(key, "encoder.gradient", size, width) : {}),
      ...denseWeights(key, "decoder", width, span ? family.outputs : chunk, 0.01),
      ...(c.gradientStep > 0 ? { "decoder.gradientStep": tf.tensor1d([c.gradientStep]) } : {}),
    }),

    start: (weights, queryX) => {
      const tasks = queryX.shape[0];
      const state = tf.zeros([tasks, size]).add(weight<tf.Tensor1D>(weights, "initial.state"));
      if (c.history === 0) return { [stateName]: state };
      const none = tf.zeros([tasks, c.history, size]);
      return { [stateName]: state, states: none, ...(hasGradients ? { gradients: none.clone() } : {}) };
    },

    signal: (weights, state, batch, lengths) =>
      innerSignal({ predictor, settings: c, loss: family.loss, closedForm: name === "parametric" }, {
        weights,
        state: state[stateName] as tf.Tensor2D,
        batch,
        lengths,
      }),

    encode: (input) => {
      const { weights, signal, batch } = input;
      const tokens = [...leadTokens(input)];
      const tasks = batch.x.shape[0], observations = batch.x.shape[1];
      const gradient = hasGradients
        ? dense(weights, "encoder.gradient", signal["gradient"]!) as tf.Tensor3D
        : undefined;
      if (hasObservations) {
        const parts: tf.Tensor3D[] = [batch.x];
        if (c.signal.data) parts.push(scaledLabels(batch.y, c.labelScale));
        if (c.signal.residual) parts.push(signal["residual"] as tf.Tensor3D);
        const observed = dense(weights, "encoder.observation", tf.concat(parts, 2)) as tf.Tensor3D;
        // [observation 1, gradient 1, observation 2, …]: both of an observation before anything of the next.
        tokens.push(
          gradientPerObservation
            ? tf.stack([observed, gradient!], 2).reshape<tf.Tensor3D>([tasks, 2 * observations, width])
            : observed,
        );
      } else if (gradientPerObservation) tokens.push(gradient!);
      if (layout.summaries > 0) tokens.push(gradient!);
      return { embedded: tf.concat(tokens, 1) as tf.Tensor3D, layout: { ...layout, observations } };
    },

    decode: (hidden, tokens) => {
      const { weights, state, batch } = tokens.input;
      const change = span ? spanChange(weights, hidden, tokens, batch.x) : flatChange(weights, hidden, tokens);
      const old = (state[stateName] as tf.Tensor2D).expandDims<tf.Tensor3D>(1);
      return { [stateName]: c.update === "residual" ? change.add(old) : change };
    },

    predict: (weights, candidates, x) => predictor.predict(weights, candidates[stateName] as tf.Tensor3D, x),

    advance: (candidates, { state, signal, lengths }) => {
      const all = candidates[stateName] as tf.Tensor3D;
      // A causal pass holds the states after all prefixes, those that end in padding included.
      const last = (c.mask === "causal" && typeof lengths === "number" ? lengths : all.shape[1]) - 1;
      const next = { [stateName]: all.slice([0, last, 0], [-1, 1, -1]).squeeze<tf.Tensor2D>([1]) };
      if (c.history === 0) return next;
      const push = (kept: tf.Tensor, latest: tf.Tensor): tf.Tensor =>
        tf.concat([latest.expandDims(1), kept.slice([0, 0, 0], [-1, c.history - 1, -1])], 1);
      return {
        ...next,
        states: push(state["states"]!, state[stateName]!),
        ...(hasGradients ? { gradients: push(state["gradients"]!, signal["meanGradient"]!) } : {}),
      };
    },

    asCandidates: (state) => ({ [stateName]: state[stateName]!.expandDims(1) }),
  };

  function leadTokens(input: RefineInput): tf.Tensor3D[] {
    const { weights, state } = input;
    const theta = state[stateName] as tf.Tensor2D;
    const tasks = theta.shape[0];
    let tokens = dense(weights, "encoder.state", theta.reshape<tf.Tensor3D>([tasks, c.stateTokens, chunk]));
    if (c.stepEmbedding) tokens = tokens.add(stepVector("encoder.step", input));
    if (c.stateTokens > 1) tokens = tokens.add(weight(weights, "encoder.slots"));
    if (c.history === 0) return [tokens as tf.Tensor3D];
    const earlier = [dense(weights, "encoder.earlier", state["states"]!)];
    if (hasGradients) earlier.push(dense(weights, "encoder.gradient", state["gradients"]!));
    const history = tf.concat(earlier, 1).add<tf.Tensor3D>(weight(weights, "encoder.history"));
    return [tokens as tf.Tensor3D, history];
  }

  /** One linear layer: at each observation's last token (causal), or at the state's own tokens (non-causal). */
  function flatChange(weights: Weights, hidden: tf.Tensor3D, { layout }: Tokens): tf.Tensor3D {
    const tasks = hidden.shape[0];
    if (c.mask === "causal") return dense(weights, "decoder", lastOfEach(hidden, layout)) as tf.Tensor3D;
    const read = hidden.slice([0, 0, 0], [-1, c.stateTokens, -1]);
    return dense(weights, "decoder", read).reshape([tasks, 1, size]);
  }

  /**
   * Δθ_n = (1/n) Σ_{i ≤ n} x_i ⊗ c_i with c_i = Linear(h_i), for a state larger than the width; with a gradient step
   * c_i = Linear(h_i) + g · residual_i, g learned. Source: RECIPES.md.
   */
  function spanChange(weights: Weights, hidden: tf.Tensor3D, tokens: Tokens, x: tf.Tensor3D): tf.Tensor3D {
    const [tasks, observations] = x.shape;
    let coefficients = dense(weights, "decoder", lastOfEach(hidden, tokens.layout)) as tf.Tensor3D;
    if (c.gradientStep > 0) {
      const residual = tokens.input.signal["residual"] as tf.Tensor3D;
      coefficients = coefficients.add(residual.mul(weight(weights, "decoder.gradientStep")));
    }
    const { lengths } = tokens;
    if (isOneLength(lengths)) coefficients = coefficients.mul(shareOfVisible(lengths, observations).mul(observations));
    const means = outerPrefixMean(x, coefficients).reshape<tf.Tensor3D>([tasks, observations, size]);
    if (c.mask === "causal") return means;
    return means.slice([0, (typeof lengths === "number" ? lengths : observations) - 1, 0], [-1, 1, -1]);
  }
}

/** Hidden values at the last token of each observation: `[tasks, observations, width]`. */
function lastOfEach(hidden: tf.Tensor3D, layout: Layout): tf.Tensor3D {
  const [tasks, , width] = hidden.shape;
  const { lead, observations, perObservation } = layout;
  const tokens = hidden.slice([0, lead, 0], [-1, observations * perObservation, -1]);
  if (perObservation === 1) return tokens;
  return tokens.reshape<tf.Tensor4D>([tasks, observations, perObservation, width])
    .slice([0, 0, perObservation - 1, 0], [-1, -1, 1, -1]).squeeze<tf.Tensor3D>([2]);
}
