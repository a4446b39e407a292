import { Effect } from "effect";
import { keyFor, normals, purpose } from "../random/mod.ts";
import { chooseOnGrid } from "./choose_on_grid.ts";
import { adam } from "./gradient_descent.ts";
import { ridge, ridgeErrorAt } from "./ridge.ts";
import type { RuntimeRow } from "./runtime_file.ts";
import { lastMean, summarise } from "./summarise.ts";
import type { ErrorKind, ErrorsPerStep, TaskBatch } from "./task_batch.ts";
import { timed } from "./_timed.ts";

/** What baselines are timed on. */
export interface RuntimeBaselines {
  /** The tasks that errors are told of. */
  readonly batch: TaskBatch;
  /** Tasks that rates and penalties are chosen on. */
  readonly validation: TaskBatch;
  /** Observations of a mini-batch. */
  readonly perStep: number;
  /** Mini-batches. */
  readonly steps: number;
  /** Numbers of passes over the same observations. */
  readonly passes: readonly number[];
  /** Seed of the standard-normal starts. */
  readonly seed: number;
  /** What errors are counted in. */
  readonly errorOf: ErrorKind;
}

/** Rates that are tried for one pass; more passes start from the best of fewer. */
const rates = [0.1, 0.158, 0.251, 0.398, 0.631];

/** Step between rates tried for more passes. */
const rateRatio = 10 ** 0.2;

/**
 * Adam from a standard-normal start, for each number of passes at its best rate on validation tasks, and ridge regression
 * on all observations at its best penalty: error and seconds on the same observations as the model.
 */
export function runtimeBaselines(c: RuntimeBaselines): Effect.Effect<readonly RuntimeRow[]> {
  const { batch, validation, perStep, steps, passes, seed, errorOf } = c;
  const size = batch.features * batch.outputs, observations = steps * perStep;
  const startsOf = (split: string, { tasks }: TaskBatch): Float32Array =>
    normals(purpose(keyFor(seed, split, 0), "standard-normal start"), tasks * size);
  const starts = startsOf("evaluation", batch), validationStarts = startsOf("validation", validation);
  const row = (method: string, of: Timed, rest: Pick<RuntimeRow, "passes" | "setting" | "steps">): RuntimeRow => {
    const { mean, standardError } = summarise(of.errors).at(-1)!;
    const { secondsPerTask } = of;
    return {
      ...{ method, kind: "baseline", observations, mean, standardError, tasks: batch.tasks },
      ...{ secondsPerTask, fastest: secondsPerTask, slowest: secondsPerTask },
      ...rest,
    };
  };
  return Effect.gen(function* () {
    const rows: RuntimeRow[] = [];
    let near: readonly number[] = rates;
    for (const count of passes) {
      const c = { perStep, steps, passes: count, errorOf };
      const choice = yield* chooseOnGrid({
        grid: near,
        measure: (rate) => lastMean(adam(validation, { ...c, rate, start: validationStarts })),
      });
      const rate = choice.chosen;
      near = [rate / rateRatio, rate, rate * rateRatio];
      const run = yield* timed(
        batch,
        (some, first) => adam(some, { ...c, rate, start: starts.subarray(first * size, (first + some.tasks) * size) }),
      );
      const setting = `rate ${Number(rate.toPrecision(3))}${choice.inside ? "" : " (at the edge)"}`;
      rows.push(row("Adam from a standard-normal start", run, { passes: count, setting, steps }));
    }
    const measure = ridgeErrorAt(validation, { observations, errorOf });
    const { chosen: penalty } = yield* chooseOnGrid({ grid: [0.01, 0.0316, 0.1, 0.316, 1, 3.16, 10], measure });
    const run = yield* timedWithoutErrors(
      batch,
      (some) => ridge(some, { perStep: observations, steps: 1, penalty, errorOf }),
    );
    const setting = `penalty ${Number(penalty.toPrecision(3))}`;
    return [...rows, row("ridge regression", run, { passes: 1, setting, steps: 1 })];
  });
}

interface Timed {
  readonly errors: ErrorsPerStep;
  readonly secondsPerTask: number;
}

/** Runs a method twice: for its seconds without queries, since counting errors is no part of it, and for its errors. */
function timedWithoutErrors(
  batch: TaskBatch,
  run: (some: TaskBatch, first: number) => ErrorsPerStep,
): Effect.Effect<Timed> {
  return Effect.gen(function* () {
    const { secondsPerTask } = yield* timed({ ...batch, queries: 0 }, run);
    const { errors } = yield* timed(batch, run);
    return { errors, secondsPerTask };
  });
}
