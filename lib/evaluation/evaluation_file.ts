import { type Effect, Schema } from "effect";
import type { InvalidConfiguration } from "../errors/invalid_configuration.ts";
import { decodeJson } from "./_decode_json.ts";

/** Error after a step: mean over tasks, with its standard error. */
export interface EvaluatedStep {
  /** 0 is before any observation. */
  readonly step: number;
  /** Observations seen so far. */
  readonly observations: number;
  /** Mean over tasks. */
  readonly mean: number;
  /** Standard error of the mean over tasks. */
  readonly standardError: number;
}

/** One method on one distribution of tasks. */
export interface EvaluatedMethod {
  /** `in` for tasks as in training, or the name of another distribution. */
  readonly distribution: string;
  /** Such as `model`, `exact-posterior`, `ridge`, `sgd`, `adam`. */
  readonly method: string;
  /** Whether the row is the trained model, something to compare with, or a bound. */
  readonly kind: "model" | "baseline" | "control" | "limit" | "published";
  /** Name of the metric, as in `metrics`. */
  readonly metric: string;
  /** Refinement steps K that the model was trained for. */
  readonly trainedSteps: number;
  /** Observations in each step's mini-batch. */
  readonly observationsPerStep: number;
  /** Times that each observation is gone through. */
  readonly passes: number;
  /** Tasks that the means are over. */
  readonly tasks: number;
  /** Wall-clock seconds for all steps of one task, measured over the batch. */
  readonly secondsPerTask: number;
  /** Errors after steps 0, 1, …. */
  readonly steps: readonly EvaluatedStep[];
  /** What was chosen on validation tasks, and from which grid. */
  readonly setting?: string;
  /** Fewest passes over the same observations that reach the model's error after step K; absent if none tried does. */
  readonly matchedAfterPasses?: number;
  /** The most passes that were tried for that; 200 if left out. */
  readonly triedPasses?: number;
  /** What else a reader of the row must know. */
  readonly note?: string;
}

/** Points generated for one task, beside true ones: each a list x, y, … of `dimension` numbers a point. */
export interface GeneratedPoints {
  /** As in the results. */
  readonly distribution: string;
  /** Numbers per point. */
  readonly dimension: number;
  /** Points of the density. */
  readonly truth: readonly number[];
  /** The points that the model saw, all mini-batches in order. */
  readonly seen: readonly number[];
  /** What the model generated after some numbers of refinements. */
  readonly steps: readonly { readonly step: number; readonly points: readonly number[] }[];
}

/** evaluation.json. */
export interface Evaluation {
  /** Version of this layout. */
  readonly schemaVersion: 1;
  /** The pipeline's name. */
  readonly pipeline: string;
  /** Seed of the evaluation tasks. */
  readonly seed: number;
  /** What the numbers are measured in. */
  readonly metrics: readonly {
    readonly name: string;
    readonly unit: string;
    readonly lowerIsBetter: boolean;
    /** The part that no method can remove, in the metric's unit. */
    readonly noiseFloor?: number;
  }[];
  /** One entry a method and distribution; the first is the model in distribution. */
  readonly results: readonly EvaluatedMethod[];
  /** Points of some tasks, where the pipeline generates points. */
  readonly generated?: readonly GeneratedPoints[];
}

const optional = Schema.optionalKey;

/** Decodes {@linkcode Evaluation}; use with `onExcessProperty: "error"`. */
export const Evaluation: Schema.Codec<Evaluation> = Schema.Struct({
  schemaVersion: Schema.Literal(1),
  pipeline: Schema.String,
  seed: Schema.Int,
  metrics: Schema.Array(Schema.Struct({
    name: Schema.String,
    unit: Schema.String,
    lowerIsBetter: Schema.Boolean,
    noiseFloor: optional(Schema.Finite),
  })),
  results: Schema.Array(Schema.Struct({
    distribution: Schema.String,
    method: Schema.String,
    kind: Schema.Literals(["model", "baseline", "control", "limit", "published"]),
    metric: Schema.String,
    trainedSteps: Schema.Int,
    observationsPerStep: Schema.Int,
    passes: Schema.Int,
    tasks: Schema.Int,
    secondsPerTask: Schema.Finite,
    steps: Schema.Array(Schema.Struct({
      step: Schema.Int,
      observations: Schema.Int,
      mean: Schema.Finite,
      standardError: Schema.Finite,
    })),
    setting: optional(Schema.String),
    matchedAfterPasses: optional(Schema.Int),
    triedPasses: optional(Schema.Int),
    note: optional(Schema.String),
  })),
  generated: optional(Schema.Array(Schema.Struct({
    distribution: Schema.String,
    dimension: Schema.Int,
    truth: Schema.Array(Schema.Finite),
    seen: Schema.Array(Schema.Finite),
    steps: Schema.Array(Schema.Struct({ step: Schema.Int, points: Schema.Array(Schema.Finite) })),
  }))),
});

/**
 * The text of evaluation.json. Steps at which a method diverged are left out, since JSON has no infinity; a table shows
 * a dash there.
 */
export function encodeEvaluation(evaluation: Evaluation): string {
  const finite = ({ mean, standardError }: EvaluatedStep): boolean => Number.isFinite(mean + standardError);
  const results = evaluation.results.map((result) => ({ ...result, steps: result.steps.filter(finite) }));
  return `${JSON.stringify({ ...evaluation, results }, null, 2)}\n`;
}

/**
 * Decodes the text of evaluation.json. Fails with {@linkcode InvalidConfiguration}, naming `path`, if it is no JSON or if
 * any field is missing, unknown or of another type.
 */
export function decodeEvaluation(text: string, path: string): Effect.Effect<Evaluation, InvalidConfiguration> {
  return decodeJson(Evaluation, text, path);
}
