import { Effect, Schema } from "effect";

/** How a pipeline trains. */
export interface Training {
  /** Optimiser steps. */
  readonly iterations: number;
  /** Tasks in an optimiser step. */
  readonly tasks: number;
  /** Held-out queries per task. */
  readonly queries: number;
  /** Adam's rate at its peak. */
  readonly learningRate: number;
  /** Adam's decay of the gradient's running mean. */
  readonly beta1: number;
  /** Adam's decay of the squared gradient's running mean. */
  readonly beta2: number;
  /** Share of the iterations that the rate rises over; then it falls to zero by a cosine. */
  readonly warmUp: number;
  /** Largest norm of the gradient over all weights; 0 for no clipping. */
  readonly clip: number;
  /** Whether each loss term is divided by the root of its running mean, so that late, small losses count. */
  readonly balanced: boolean;
  /** Equal parts that a batch of tasks is computed in, a power of two that divides `tasks`; fixes the bits. */
  readonly shards: number;
  /** Iterations between lines of metrics.jsonl. */
  readonly logEvery: number;
  /** Iterations between checkpoints. */
  readonly checkpointEvery: number;
  /** Iterations between validations. */
  readonly validateEvery: number;
  /** Tasks that a validation measures. */
  readonly validationTasks: number;
}

const count = (minimum: number, fallback: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum: 2 ** 31 - 1 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(fallback)),
  );

const real = (minimum: number, maximum: number, fallback: number) =>
  Schema.Finite.check(Schema.isBetween({ minimum, maximum })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(fallback)),
  );

/** Decodes {@linkcode Training}; the defaults are the recipe of the default run. */
export const Training: Schema.Codec<Training, Partial<Training>> = Schema.Struct({
  iterations: count(1, 4000),
  tasks: count(1, 32),
  queries: count(1, 32),
  learningRate: real(0, 1e3, 5e-3),
  beta1: real(0, 0.999999, 0.9),
  beta2: real(0, 0.999999, 0.98),
  warmUp: real(0, 1, 0.04),
  clip: real(0, 1e9, 1),
  balanced: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true))),
  shards: count(1, 2),
  logEvery: count(1, 10),
  checkpointEvery: count(1, 100),
  validateEvery: count(1, 100),
  validationTasks: count(1, 128),
}).check(
  Schema.makeFilter((c) => {
    if (!Number.isInteger(Math.log2(c.shards))) {
      return { path: ["shards"], issue: `shards must be a power of two, found ${c.shards}` };
    }
    return c.tasks % c.shards === 0
      ? undefined
      : { path: ["shards"], issue: `shards (${c.shards}) must divide tasks (${c.tasks})` };
  }),
);

/** How a trained model is measured. */
export interface EvaluationSettings {
  /** Tasks never seen in training. */
  readonly tasks: number;
  /** Queries per task. */
  readonly queries: number;
  /** Steps shown: beyond the trained K where larger. */
  readonly steps: number;
  /** Other mini-batch sizes to show, as multiples of the trained N. */
  readonly otherObservations: readonly number[];
}

/** Decodes {@linkcode EvaluationSettings}; 512 tasks, 64 queries, 10 steps, half and double N where left out. */
export const EvaluationSettings: Schema.Codec<EvaluationSettings, Partial<EvaluationSettings>> = Schema.Struct({
  tasks: count(2, 512),
  queries: count(1, 64),
  steps: count(1, 10),
  otherObservations: Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: 1e-3, maximum: 1e3 }))).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed([0.5, 2])),
  ),
});
