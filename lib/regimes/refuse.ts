import type { TaskFamily } from "../stages/task_family.ts";
import type { Refinement } from "./settings.ts";

/** A combination that makes no sense: where, and why. */
export interface Refusal {
  /** Where in the configuration, from the outermost name. */
  readonly path: readonly string[];
  /** Why it makes no sense, and what would. */
  readonly issue: string;
}

/**
 * The first reason why these settings make no sense for such a family; `undefined` if there is none.
 *
 * @example An implicit state has no residuals
 * ```ts
 * import { refinementFields, refuse } from "@amortize/core/regimes";
 * import { assertEquals } from "@std/assert";
 * import { Schema } from "effect";
 *
 * const c = Schema.decodeSync(Schema.Struct(refinementFields))({ regime: "implicit" });
 * const family = { features: 2, outputs: 1, loss: "squared-error" } as const;
 * assertEquals(refuse(c, family)?.path, ["signal"]); // the default signal has residuals
 * assertEquals(refuse({ ...c, regime: "parametric" }, family), undefined);
 * ```
 */
export function refuse(
  c: Refinement,
  family: { readonly loss: TaskFamily["loss"]; readonly features: number; readonly outputs: number },
): Refusal | undefined {
  return refusals.map((rule) => rule(c, family)).find((refusal) => refusal !== undefined);
}

type Rule = (c: Refinement, family: Parameters<typeof refuse>[1]) => Refusal | undefined;

const rule = (
  applies: (c: Refinement, family: Parameters<typeof refuse>[1]) => boolean,
  path: readonly string[],
  issue: string,
): Rule =>
(c, family) => applies(c, family) ? { path, issue } : undefined;

const hasObservationTokens = (c: Refinement): boolean => c.signal.data || c.signal.residual;

const refusals: readonly Rule[] = [
  rule(
    (c) => !hasObservationTokens(c) && c.signal.gradient === "none",
    ["signal"],
    "with data, residual and gradient all off the model learns nothing of the task: switch one on",
  ),
  rule(
    (c) => c.regime === "implicit" && (!c.signal.data || c.signal.residual || c.signal.gradient !== "none"),
    ["signal"],
    "an implicit state belongs to a query, so there is no task parameter to take residuals or gradients at: use signal=data",
  ),
  rule(
    (c) => c.mask === "causal" && c.signal.gradient === "mean",
    ["signal", "gradient"],
    "the mean over all observations would tell a causal position what comes after it: use prefix-mean or per-observation",
  ),
  rule(
    (c) => c.mask === "non-causal" && c.signal.gradient === "prefix-mean",
    ["signal", "gradient"],
    "prefix means depend on the order, which a non-causal model must not: use mean or per-observation",
  ),
  rule(
    (c) => c.decoder === "span" && c.regime !== "parametric",
    ["decoder"],
    "the span decoder builds Δθ from inputs x, so it is for the parametric regime: use flat or hyper",
  ),
  rule(
    (c) => c.decoder === "hyper" && c.regime !== "explicit",
    ["decoder"],
    "the hyper decoder reads a latent z, so it is for the explicit regime: use flat or span",
  ),
  rule(
    (c) => c.decoder === "span" && c.signal.gradient === "mean" && !hasObservationTokens(c),
    ["decoder"],
    "the span decoder reads one token per observation and a mean gradient is a single token: use per-observation",
  ),
  rule(
    (c) => c.stateTokens > 1 && (c.mask === "causal" || c.regime === "implicit" || c.decoder === "span"),
    ["stateTokens"],
    "several state tokens are read at the state's own positions, which needs a non-causal parametric or explicit model with a flat or hyper decoder",
  ),
  (c, family) => {
    const size = c.regime === "explicit" ? c.latent : family.features * family.outputs;
    return c.regime !== "implicit" && size % c.stateTokens !== 0
      ? {
        path: ["stateTokens"],
        issue: `a state of ${size} numbers does not spread evenly over ${c.stateTokens} tokens`,
      }
      : undefined;
  },
  rule(
    (c) => c.history > 0 && c.regime === "implicit",
    ["history"],
    "history keeps earlier task states, and the implicit state belongs to a query: use history=0",
  ),
  rule(
    (c, family) => c.regime === "implicit" && c.implicitState === "softmax" && family.loss !== "cross-entropy",
    ["implicitState"],
    "softmax is for classes, and this family's targets are real numbers: use logits (the plain prediction) or hidden",
  ),
  rule(
    (c) => c.regime !== "implicit" && c.implicitState !== "logits",
    ["implicitState"],
    "what a query's state holds is the implicit regime's, and the others have none: use implicitState=logits",
  ),
  rule(
    (c) => !c.queriesAttendSelf && c.regime !== "implicit",
    ["queriesAttendSelf"],
    "query tokens are the implicit regime's, and the others have none: use queriesAttendSelf=true",
  ),
  rule(
    (c) => c.tiedDecoder > 0 && c.regime !== "implicit",
    ["tiedDecoder"],
    "the implicit decoder alone answers with a prediction, as labels are encoded: use tiedDecoder=0",
  ),
  rule(
    (c) => c.gradientStep > 0 && c.decoder !== "span",
    ["gradientStep"],
    "a gradient step is added to what the span decoder gives for each observation: use decoder=span or gradientStep=0",
  ),
  rule(
    (c) => c.labelScale !== 1 && !c.signal.data,
    ["labelScale"],
    "labels enter tokens with the signal's data alone: use signal.data=true or labelScale=1",
  ),
  rule(
    (c) => c.aggregate === "mean" && (c.regime === "implicit" || c.regime === "descent" || c.decoder === "span"),
    ["aggregate"],
    "a mean forgets which position looks, queries and the span decoder read positions of their own, and descent has no network: use attention",
  ),
  rule(
    (c) => c.throughSignal && c.detach === "each",
    ["throughSignal"],
    "greedy steps hold the state, so nothing flows through what is computed of it: set detach=never",
  ),
  rule(
    (c) => c.throughSignal && c.regime !== "parametric" && c.regime !== "descent",
    ["throughSignal"],
    "the second order needs the inner gradient in closed form, which a linear predictor has: use parametric or descent",
  ),
  rule(
    (c) => c.lossSteps === "last" && c.detach === "each" && c.steps > 1,
    ["lossSteps"],
    "greedy steps learn from their own losses, so all but the last would learn nothing: set detach=never",
  ),
  rule(
    (c) => c.regime === "descent" && (hasObservationTokens(c) || c.signal.gradient !== "mean"),
    ["signal"],
    "descent steps along the mean gradient of a whole mini-batch and sees nothing else: use signal=grad with mask=non-causal",
  ),
  rule(
    (c) => c.regime === "descent" && c.mask === "causal",
    ["mask"],
    "descent steps along the mean gradient of a whole mini-batch: use mask=non-causal",
  ),
  rule(
    (c) =>
      c.regime === "descent" && (c.update === "replace" || c.decoder !== "flat" || c.stateTokens > 1 || c.history > 0),
    ["regime"],
    "descent has no network and remembers no earlier states: use update=residual decoder=flat stateTokens=1 history=0",
  ),
];
