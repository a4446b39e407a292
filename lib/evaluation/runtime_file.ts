import { type Effect, Schema } from "effect";
import type { InvalidConfiguration } from "../errors/invalid_configuration.ts";
import { decodeJson } from "./_decode_json.ts";

/** What one way to go through observations costs, and the error that it leaves. */
export interface RuntimeRow {
  /** `mini-batches` or `one large batch` for a model; else the method's name. */
  readonly method: string;
  /** Whether it is the trained model or something to compare with. */
  readonly kind: "model" | "baseline";
  /** Observations of a task, all mini-batches together. */
  readonly observations: number;
  /** Mini-batches that they come in. */
  readonly steps: number;
  /** Times that each observation is gone through. */
  readonly passes: number;
  /** Error after all of them: mean over tasks. */
  readonly mean: number;
  /** Standard error of the mean. */
  readonly standardError: number;
  /** Tasks that the mean is over. */
  readonly tasks: number;
  /** Wall-clock seconds a task, measured over all tasks at once: the median of several runs. */
  readonly secondsPerTask: number;
  /** The fastest run. */
  readonly fastest: number;
  /** The slowest run. */
  readonly slowest: number;
  /** The most bytes of tensors alive at once, all tasks together; left out for methods that run on the host. */
  readonly peakTensorBytes?: number;
  /** The most bytes that the device held for them, all tasks together, in a worker of its own. */
  readonly deviceBytes?: number;
  /** What was chosen on validation tasks. */
  readonly setting?: string;
}

/** runtime.json. */
export interface Runtime {
  /** Version of this layout. */
  readonly schemaVersion: 1;
  /** What it was measured on. */
  readonly device: string;
  /** Name of the metric, with its unit. */
  readonly metric: string;
  /** The rows. */
  readonly rows: readonly RuntimeRow[];
}

const optional = Schema.optionalKey;

/** Decodes {@linkcode Runtime}; use with `onExcessProperty: "error"`. */
export const Runtime: Schema.Codec<Runtime> = Schema.Struct({
  schemaVersion: Schema.Literal(1),
  device: Schema.String,
  metric: Schema.String,
  rows: Schema.Array(Schema.Struct({
    method: Schema.String,
    kind: Schema.Literals(["model", "baseline"]),
    observations: Schema.Int,
    steps: Schema.Int,
    passes: Schema.Int,
    mean: Schema.Finite,
    standardError: Schema.Finite,
    tasks: Schema.Int,
    secondsPerTask: Schema.Finite,
    fastest: Schema.Finite,
    slowest: Schema.Finite,
    peakTensorBytes: optional(Schema.Finite),
    deviceBytes: optional(Schema.Finite),
    setting: optional(Schema.String),
  })),
});

/** Decodes the text of runtime.json. Fails with {@linkcode InvalidConfiguration}, naming `path`. */
export function decodeRuntime(text: string, path: string): Effect.Effect<Runtime, InvalidConfiguration> {
  return decodeJson(Runtime, text, path);
}
