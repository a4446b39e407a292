import { Effect } from "effect";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { BuiltPipeline } from "../../training/pipeline.ts";
import type { EvaluateRequest } from "../evaluate_request.ts";
import type { ModelRunRequest } from "../model_run_request.ts";
import { runModel } from "../run_model.ts";
import { edgeRows } from "./edge_rows.ts";
import { type LeafRow, leafRows } from "./leaf_rows.ts";

/** The second metric, beside the family's leaf error. */
export const violatedEdgesMetric = { name: "violated edges", unit: "share", lowerIsBetter: true } as const;

/** A method's errors on the models of one number of nodes. */
export interface OrderRow extends LeafRow {
  /** Leaf error or violated edges. */
  readonly metric: string;
  /** Samples in each mini-batch. */
  readonly observationsPerStep: number;
}

/** Models with as many nodes each that a trained model is measured on. */
export interface OrderPlace {
  /** The pipeline, drawing from a family of one number of nodes. */
  readonly built: BuiltPipeline;
  /** How many models. */
  readonly tasks: number;
  /** Whether DirectLiNGAM is run. */
  readonly lingam: boolean;
  /** As progress tells it. */
  readonly where: string;
}

/** Every method's rows at one place, always in the same order. A query is a removal: there are V − 1 of a model's at most. */
export function orderRows(
  request: EvaluateRequest,
  { built, tasks, lingam, where }: OrderPlace,
): Effect.Effect<readonly OrderRow[], ShapeMismatch> {
  const { weights, seed, config } = request, { observations, evaluation } = config;
  const { steps, otherObservations } = evaluation, nodes = built.family.features;
  const say = request.onProgress ?? (() => Effect.void);
  const as = (metric: string, observationsPerStep = observations) => (row: LeafRow): OrderRow => ({
    ...row,
    metric,
    observationsPerStep,
  });
  const base: ModelRunRequest = {
    built,
    weights,
    seed,
    tasks,
    queries: Math.min(evaluation.queries, nodes - 1),
    steps,
    observations,
    trainedSteps: config.steps,
    split: "evaluation",
    controls: request.modelOnly !== true,
    replay: request.replay,
    together: steps * observations,
  };
  return Effect.gen(function* () {
    yield* say(`leaf errors on ${tasks} new models ${where}`);
    const run = yield* runModel(base), own = { secondsPerTask: run.secondsPerTask };
    const leaf: LeafRow[] = [
      { method: "model", kind: "model", ...own, errors: run.model },
      {
        method: "model, late states averaged",
        kind: "model",
        secondsPerTask: run.secondsOf.averaged,
        errors: run.averaged,
      },
    ];
    const leafName = built.family.metric.name;
    if (request.modelOnly === true) return leaf.map(as(leafName));
    leaf.push(
      {
        method: "one step on all observations",
        kind: "control",
        secondsPerTask: run.secondsOf.oneStep,
        errors: run.oneStep!,
      },
      {
        method: "mean of one-step predictions",
        kind: "control",
        secondsPerTask: run.secondsOf.ensemble,
        errors: run.ensemble!,
      },
    );
    const all = Array.from({ length: steps }, (_, i) => i + 1);
    const trained = Math.min(config.steps, steps), ends = [...new Set([trained, steps])];
    leaf.push(
      ...yield* leafRows({
        batch: { ...run.batch, features: nodes, outputs: nodes },
        perStep: observations,
        steps,
        measured: {
          "variance, largest last": all,
          "R², smallest first": all,
          "R², largest first": all,
          ...lingam ? { "DirectLiNGAM": ends } : {},
        },
      }),
    );
    const others: OrderRow[] = [];
    for (const factor of otherObservations) {
      const perStep = Math.max(1, Math.round(factor * observations));
      if (perStep === observations) continue;
      yield* say(`the model on mini-batches of ${perStep} ${where}`);
      const other = yield* runModel({ ...base, observations: perStep, controls: false });
      const row = {
        method: "model",
        kind: "model",
        secondsPerTask: other.secondsPerTask,
        errors: other.model,
      } as const;
      others.push(as(leafName, perStep)(row));
    }
    yield* say(`free-running orders ${where}`);
    const measured = [...new Set([1, ...ends])];
    const { replay } = request;
    const edges = yield* edgeRows({ built, weights, seed, tasks, observations, steps, measured, lingam, replay });
    return [...leaf.map(as(leafName)), ...others, ...edges.map(as(violatedEdgesMetric.name))];
  });
}
