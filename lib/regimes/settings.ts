import { Effect, Schema } from "effect";
import type { TaskFamily } from "../stages/task_family.ts";

/** What the tokens say about the mini-batch. Source: METHOD.md §4. */
export interface SignalSettings {
  /** The observation itself, [x, y]. */
  readonly data: boolean;
  /** How far the current state misses each observation: y − f(x; s), or one-hot − softmax. */
  readonly residual: boolean;
  /** The inner loss's gradient at the current state: over which observations, or none. */
  readonly gradient: "none" | "mean" | "prefix-mean" | "per-observation";
}

/** The paper's words for three signals, and ours for the two with residuals. */
export type SignalWord = "data" | "grad" | "both" | "residual" | "data+residual";

/** How a pipeline refines. Source: METHOD.md §2–§6. */
export interface Refinement {
  /** What the state is: weights θ of a linear predictor, a latent z, or the query's own prediction. */
  readonly regime: "parametric" | "explicit" | "implicit";
  /** Refinement steps K of one training iteration. */
  readonly steps: number;
  /** Observations N in a mini-batch. */
  readonly observations: number;
  /** What tokens say about the mini-batch. */
  readonly signal: SignalSettings;
  /** Whether the decoder's output is the new state or is added to the old one. */
  readonly update: "replace" | "residual";
  /** Whether position n sees observations 1 … n, or all visible ones see each other. */
  readonly mask: "causal" | "non-causal";
  /** flat: one linear layer to the state. span (parametric): Δθ = mean of x ⊗ c. hyper (explicit): ⟨features(x), Linear(z)⟩. */
  readonly decoder: "flat" | "span" | "hyper";
  /** Tokens that the state is spread over (non-causal). */
  readonly stateTokens: number;
  /** Earlier states (with their mean gradients, where the signal has gradients) that enter as further tokens. */
  readonly history: number;
  /** Whether a learned vector tells the step's number, clamped at K − 1. */
  readonly stepEmbedding: boolean;
  /** Numbers in the latent z (explicit). */
  readonly latent: number;
  /** The explicit predictor's network. */
  readonly predictor: {
    /** Width of its hidden layers. */
    readonly hidden: number;
    /** Features that the hyper predictor weighs. */
    readonly features: number;
  };
  /** What the implicit state holds. */
  readonly implicitState: "logits" | "softmax" | "hidden";
}

/** A field that may be left out. */
export type Defaulted<Type, Encoded = Type> = Schema.withDecodingDefaultKey<Schema.Codec<Type, Encoded>>;

function withDefault<Type, Encoded>(schema: Schema.Codec<Type, Encoded>, value: Encoded): Defaulted<Type, Encoded> {
  return schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(value)));
}

function count(maximum: number): Schema.Codec<number> {
  return Schema.Int.check(Schema.isBetween({ minimum: 1, maximum }));
}

const gradients = ["none", "mean", "prefix-mean", "per-observation"] as const;

const Signal: Schema.Codec<SignalSettings, Partial<SignalSettings>> = Schema.Struct({
  data: withDefault(Schema.Boolean, true),
  residual: withDefault(Schema.Boolean, true),
  gradient: withDefault(Schema.Literals(gradients), "none"),
});

/** Fields of {@linkcode Refinement} for a pipeline's configuration, with the defaults that RECIPES.md measured. */
export const refinementFields: {
  readonly [Name in keyof Refinement]: Defaulted<
    Refinement[Name],
    Name extends "signal" | "predictor" ? Partial<Refinement[Name]> : Refinement[Name]
  >;
} = {
  regime: withDefault(Schema.Literals(["parametric", "explicit", "implicit"]), "parametric"),
  steps: withDefault(count(1000), 5),
  observations: withDefault(count(65536), 16),
  signal: withDefault(Signal, {}),
  update: withDefault(Schema.Literals(["replace", "residual"]), "residual"),
  mask: withDefault(Schema.Literals(["causal", "non-causal"]), "causal"),
  decoder: withDefault(Schema.Literals(["flat", "span", "hyper"]), "flat"),
  stateTokens: withDefault(count(64), 1),
  history: withDefault(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 64 })), 0),
  stepEmbedding: withDefault(Schema.Boolean, true),
  latent: withDefault(count(65536), 32),
  predictor: withDefault(
    Schema.Struct({ hidden: withDefault(count(65536), 64), features: withDefault(count(65536), 64) }),
    {},
  ),
  implicitState: withDefault(Schema.Literals(["logits", "softmax", "hidden"]), "logits"),
};

/**
 * What a signal word means under a mask: gradients are averaged over what the position may see.
 *
 * @example A learned optimizer sees gradients alone
 * ```ts
 * import { signalOf } from "@amortize/core/regimes";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(signalOf("grad", "causal"), { data: false, residual: false, gradient: "prefix-mean" });
 * assertEquals(signalOf("grad", "non-causal").gradient, "mean");
 * ```
 */
export function signalOf(word: SignalWord, mask: Refinement["mask"]): SignalSettings {
  const gradient = mask === "causal" ? "prefix-mean" : "mean";
  switch (word) {
    case "data":
      return { data: true, residual: false, gradient: "none" };
    case "grad":
      return { data: false, residual: false, gradient };
    case "both":
      return { data: true, residual: false, gradient };
    case "residual":
      return { data: false, residual: true, gradient: "none" };
    case "data+residual":
      return { data: true, residual: true, gradient: "none" };
  }
}

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
];
