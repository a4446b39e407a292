import { Effect } from "effect";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { BuiltPipeline } from "../../training/pipeline.ts";
import type { Choice } from "../choose_on_grid.ts";
import type { EvaluateRequest } from "../evaluate_request.ts";
import type { EvaluatedMethod } from "../evaluation_file.ts";
import { fewTogether, runModel } from "../run_model.ts";
import { summarise } from "../summarise.ts";
import { type ErrorsPerStep, sliceTasks } from "../task_batch.ts";
import { chooseBandwidths, fieldErrors } from "./field_errors.ts";
import { gaussianFit, kernelDensity } from "./point_density.ts";

/** What the rows of one distribution are made of. */
export interface RowsRequest extends EvaluateRequest {
  /** `in`, or the name of another distribution; `built` draws its tasks. */
  readonly distribution: string;
  readonly built: BuiltPipeline;
}

/** Rows of the excess field error, and the kernel widths that were chosen for each step. */
export interface FieldRows {
  readonly rows: readonly EvaluatedMethod[];
  /** From step 1 on. */
  readonly bandwidths: readonly Choice[];
}

/** Validation tasks that kernel widths are chosen on. */
const validationTasks = 32;

/** The excess field error of the model, of controls without iteration, and of densities made of the points seen. */
export function fieldRows(request: RowsRequest): Effect.Effect<FieldRows, ShapeMismatch> {
  const { built, config, weights, seed, distribution } = request;
  const { tasks, queries, steps } = config.evaluation, perStep = config.observations;
  const base = {
    built,
    weights,
    seed,
    tasks,
    queries,
    steps,
    observations: perStep,
    trainedSteps: config.steps,
    split: "evaluation",
    replay: request.replay,
  };
  const together = Math.max(fewTogether, config.steps * perStep);
  const row = (
    method: string,
    kind: EvaluatedMethod["kind"],
    errors: ErrorsPerStep,
    secondsPerTask: number,
  ): EvaluatedMethod => ({
    ...{ distribution, method, kind, metric: built.family.metric.name, trainedSteps: config.steps },
    ...{ observationsPerStep: perStep, passes: 1, tasks: errors.tasks, secondsPerTask },
    steps: summarise(errors).filter(({ mean }) => Number.isFinite(mean)) // at step 0 densities of points seen are none
      .map((step) => ({ ...step, observations: step.step * perStep })),
  });
  return Effect.gen(function* () {
    const run = yield* runModel({ ...base, together, controls: request.modelOnly !== true });
    const models = [
      row("model", "model", run.model, run.secondsPerTask),
      row("model, late states averaged", "model", run.averaged, run.secondsOf.averaged),
    ];
    if (request.modelOnly === true) return { rows: models, bandwidths: [] };
    const validation = yield* runModel({ ...base, tasks: validationTasks, split: "validation", controls: false });
    const bandwidths = yield* chooseBandwidths(sliceTasks(validation.batch, 0, validationTasks), { perStep, steps });
    const timed = (densityAt: Parameters<typeof fieldErrors>[2]) => {
      const start = performance.now();
      const errors = fieldErrors(run.batch, { perStep, steps }, densityAt);
      return [errors, (performance.now() - start) / 1000 / tasks] as const;
    };
    const kernel = timed((step) => kernelDensity(bandwidths[step - 1]!.chosen));
    const rows = [
      ...models,
      row("one step on all observations", "control", run.oneStep!, run.secondsOf.oneStep),
      row("mean of one-step predictions", "control", run.ensemble!, run.secondsOf.ensemble),
      { ...row("kernel density", "baseline", ...kernel), setting: widthsText(bandwidths, config.steps) },
      row("Gaussian fit", "baseline", ...timed(() => gaussianFit)),
    ];
    return { rows, bandwidths };
  });
}

function widthsText(bandwidths: readonly Choice[], trainedSteps: number): string {
  const at = bandwidths[Math.min(trainedSteps, bandwidths.length) - 1]!;
  const grid = at.tried.map(({ value }) => Number(value.toPrecision(3))).join(", ");
  return `a width for each step, ${Number(at.chosen.toPrecision(3))} after step ${trainedSteps}, of ${grid}`;
}
