import { Effect } from "effect";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { compareOnHost } from "./compare_on_host.ts";
import type { EvaluateRequest } from "./evaluate_request.ts";
import type { EvaluatedMethod, Evaluation } from "./evaluation_file.ts";
import { hasOwnEvaluation } from "./own_evaluation.ts";
import { type Place, placesOf } from "./places_of.ts";
import type { ModelRunRequest } from "./model_run_request.ts";
import { fewTogether, runModel } from "./run_model.ts";
import { summarise } from "./summarise.ts";
import type { ErrorsPerStep } from "./task_batch.ts";

/** Validation tasks that baselines choose their settings on. */
const validationTasks = 128;

/**
 * Measures a trained model on tasks never seen in training, beside limits, baselines and controls on the same
 * observations: in distribution, then on each other distribution that the pipeline names. Steps run from 0 to
 * `evaluation.steps`; the first result is the model in distribution. A pipeline with an evaluation of its own is measured
 * by that.
 */
export function evaluate(request: EvaluateRequest): Effect.Effect<Evaluation, ShapeMismatch> {
  const { built, seed, pipeline } = request;
  if (hasOwnEvaluation(built)) return built.evaluate(request);
  const { metric, noiseFloor } = built.family;
  return Effect.gen(function* () {
    const results = (yield* Effect.forEach(placesOf(built), (place) => evaluateOn(request, place))).flat();
    const metrics = [{ ...metric, ...(noiseFloor === undefined ? {} : { noiseFloor }) }];
    return { schemaVersion: 1, pipeline, seed, metrics, results };
  });
}

/** The row without the steps whose observations are too many for one step, and with a note that says so. */
function oneStep(row: EvaluatedMethod, together: number): EvaluatedMethod {
  const steps = row.steps.filter(({ observations }) => observations <= together);
  if (steps.length === row.steps.length) return row;
  return { ...row, steps, note: `measured to ${together} observations, since its cost grows with their square` };
}

/** The rows of one distribution. */
function evaluateOn(
  request: EvaluateRequest,
  { distribution, built }: Place,
): Effect.Effect<readonly EvaluatedMethod[], ShapeMismatch> {
  const { config, weights, seed } = request;
  const { family } = built;
  const { tasks, queries, steps, otherObservations } = config.evaluation;
  const where = distribution === "in" ? "" : ` of ${distribution}`;
  const say = request.onProgress ?? (() => Effect.void);
  const base: ModelRunRequest = {
    built,
    weights,
    seed,
    tasks,
    queries,
    steps,
    observations: config.observations,
    trainedSteps: config.steps,
    split: "evaluation",
    controls: request.modelOnly !== true,
    replay: request.replay,
    together: Math.max(fewTogether, config.steps * config.observations),
  };
  const result = (
    method: string,
    kind: EvaluatedMethod["kind"],
    errors: ErrorsPerStep,
    of: { readonly perStep: number; readonly secondsPerTask: number; readonly passes?: number },
  ): EvaluatedMethod => ({
    distribution,
    method,
    kind,
    metric: family.metric.name,
    trainedSteps: config.steps,
    observationsPerStep: of.perStep,
    passes: of.passes ?? 1,
    tasks: errors.tasks,
    secondsPerTask: of.secondsPerTask,
    steps: summarise(errors).map((step) => ({ ...step, observations: step.step * of.perStep })),
  });

  return Effect.gen(function* () {
    yield* say(`the model on ${tasks} new tasks${where}`);
    const run = yield* runModel(base);
    const own = (secondsPerTask: number) => ({ perStep: config.observations, secondsPerTask });
    const results = [
      result("model", "model", run.model, own(run.secondsPerTask)),
      result("model, late states averaged", "model", run.averaged, own(run.secondsOf.averaged)),
    ];
    if (request.modelOnly === true) return results;
    results.push(
      oneStep(
        result("one step on all observations", "control", run.oneStep!, own(run.secondsOf.oneStep)),
        base.together!,
      ),
      result("mean of one-step predictions", "control", run.ensemble!, own(run.secondsOf.ensemble)),
    );

    yield* say(`limits and baselines on the same observations${where}`);
    const validation = yield* runModel({ ...base, tasks: validationTasks, split: "validation", controls: false });
    const target = summarise(run.model)[Math.min(config.steps, steps)]!.mean;
    const compared = yield* compareOnHost({
      family,
      batch: run.batch,
      truth: run.truth,
      validation: validation.batch,
      perStep: config.observations,
      steps,
      trainedSteps: Math.min(config.steps, steps),
      target,
      onProgress: (what) => say(`${what}${where}`),
    });
    for (const { method, kind, errors, secondsPerTask, ...rest } of compared) {
      results.push({ ...result(method, kind, errors, { perStep: config.observations, secondsPerTask }), ...rest });
    }

    for (const factor of otherObservations) {
      const perStep = Math.max(1, Math.round(factor * config.observations));
      if (perStep === config.observations) continue;
      yield* say(`the model on mini-batches of ${perStep}`);
      const other = yield* runModel({ ...base, observations: perStep, controls: false });
      results.push(result("model", "model", other.model, { perStep, secondsPerTask: other.secondsPerTask }));
      if (family.limit === undefined) continue;
      const [limit] = yield* compareOnHost({
        family,
        batch: other.batch,
        truth: other.truth,
        perStep,
        steps,
        trainedSteps: config.steps,
        target,
        limitsOnly: true,
      });
      const { method, kind, errors, secondsPerTask } = limit!;
      results.push(result(method, kind, errors, { perStep, secondsPerTask }));
    }
    return results;
  });
}
