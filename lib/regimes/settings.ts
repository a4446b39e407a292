import { Effect, Schema } from "effect";

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
  /** What the state is: weights θ of a linear predictor, a latent z, or the query's own prediction; descent moves θ by a gradient step alone. */
  readonly regime: "parametric" | "explicit" | "implicit" | "descent";
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
  /** Whether training draws how many observations of a mini-batch may be seen, or shows all of them. */
  readonly lengths: "drawn" | "all";
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
  /** What labels y (not the state's own predictions) are multiplied by in observation tokens, so that they show beside many inputs. */
  readonly labelScale: number;
  /** Whether a query looks at itself beside the observations (implicit); its own token stays with it in any case. */
  readonly queriesAttendSelf: boolean;
  /**
   * Where above 0 (implicit), the decoder's column of an output starts as the direction that the encoder gives its label,
   * so many units long: labels that attention brings are predictions from the first iteration. 0: drawn near zero.
   */
  readonly tiedDecoder: number;
  /**
   * Where a learned gradient step beside the span decoder starts: c_i += g (y_i − f(x_i; s)), or g (one-hot − softmax);
   * 0 for none. For squared error g (y − f) is half a gradient step of length g.
   */
  readonly gradientStep: number;
  /** How positions take in what they may see: attention (the transformer) or the mean of it (a deep set). */
  readonly aggregate: "attention" | "mean";
  /** Whether each step starts from the last state as plain numbers (greedy), or gradients run back through all steps. */
  readonly detach: "each" | "never";
  /** Whether they run through residuals and inner gradients too: the second order of MAML. */
  readonly throughSignal: boolean;
  /** Whether every step's loss trains, or the last one's alone. */
  readonly lossSteps: "every" | "last";
  /** The descent regime's step. */
  readonly descent: DescentSettings;
}

/** θ ← θ − rate · inner gradient, and what of it is learned over tasks. Source: Finn et al. 2017; METHOD.md §3. */
export interface DescentSettings {
  /** A plain step, or Adam's, whose moments are part of the state. */
  readonly rule: "sgd" | "adam";
  /** The learning rate, or what a learned one starts from. */
  readonly rate: number;
  /** What training learns: θ⁰, the one rate for all weights and steps, both, or nothing. */
  readonly learn: "start+rate" | "start" | "rate" | "nothing";
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

const Descent: Schema.Codec<DescentSettings, Partial<DescentSettings>> = Schema.Struct({
  rule: withDefault(Schema.Literals(["sgd", "adam"]), "sgd"),
  rate: withDefault(Schema.Finite.check(Schema.isBetween({ minimum: 1e-9, maximum: 1e9 })), 0.1),
  learn: withDefault(Schema.Literals(["start+rate", "start", "rate", "nothing"]), "start+rate"),
});

/** Fields of {@linkcode Refinement} for a pipeline's configuration, with the defaults that RECIPES.md measured. */
export const refinementFields: {
  readonly [Name in keyof Refinement]: Defaulted<
    Refinement[Name],
    Name extends "signal" | "predictor" | "descent" ? Partial<Refinement[Name]> : Refinement[Name]
  >;
} = {
  regime: withDefault(Schema.Literals(["parametric", "explicit", "implicit", "descent"]), "parametric"),
  steps: withDefault(count(1000), 5),
  observations: withDefault(count(65536), 16),
  signal: withDefault(Signal, {}),
  update: withDefault(Schema.Literals(["replace", "residual"]), "residual"),
  mask: withDefault(Schema.Literals(["causal", "non-causal"]), "causal"),
  lengths: withDefault(Schema.Literals(["drawn", "all"]), "drawn"),
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
  labelScale: withDefault(Schema.Finite.check(Schema.isBetween({ minimum: 1e-3, maximum: 1e3 })), 1),
  queriesAttendSelf: withDefault(Schema.Boolean, true),
  tiedDecoder: withDefault(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 })), 0),
  gradientStep: withDefault(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1e3 })), 0),
  aggregate: withDefault(Schema.Literals(["attention", "mean"]), "attention"),
  detach: withDefault(Schema.Literals(["each", "never"]), "each"),
  throughSignal: withDefault(Schema.Boolean, false),
  lossSteps: withDefault(Schema.Literals(["every", "last"]), "every"),
  descent: withDefault(Descent, {}),
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
