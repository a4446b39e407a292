import { Effect } from "effect";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { EvaluateRequest } from "../evaluate_request.ts";
import type { EvaluatedMethod, Evaluation } from "../evaluation_file.ts";
import { type Place, placesOf } from "../places_of.ts";
import { runModel } from "../run_model.ts";
import { summarise } from "../summarise.ts";
import { edgeRows } from "./edge_rows.ts";
import { type LeafRow, leafRows } from "./leaf_rows.ts";

/** The second metric, beside the family's leaf error. */
export const violatedEdgesMetric = { name: "violated edges", unit: "share", lowerIsBetter: true } as const;

/**
 * Measures a model that finds leaves, in distribution and on each other distribution that the pipeline names: the leaf
 * error with the true later nodes removed, and the share of true edges that its free-running order violates; beside
 * chance, sorting by R² and, where `lingam` says so of the distribution, DirectLiNGAM. The first result is the model's leaf
 * error in distribution. Source: METHOD.md §7, §8.
 */
export function evaluateOrders(
  request: EvaluateRequest,
  lingam: (distribution: string) => boolean,
): Effect.Effect<Evaluation, ShapeMismatch> {
  const { built, seed, pipeline } = request;
  return Effect.gen(function* () {
    const rows = ({ distribution, built }: Place) =>
      rowsOn({ ...request, built }, distribution, distribution !== "in" && lingam(distribution));
    const results = (yield* Effect.forEach(placesOf(built), rows)).flat();
    return { schemaVersion: 1, pipeline, seed, metrics: [built.family.metric, violatedEdgesMetric], results };
  });
}

/** The rows of one distribution. */
function rowsOn(
  request: EvaluateRequest,
  distribution: string,
  lingam: boolean,
): Effect.Effect<readonly EvaluatedMethod[], ShapeMismatch> {
  const { built, weights, seed, config } = request, { observations, evaluation } = config;
  const { tasks, queries, steps } = evaluation;
  const say = request.onProgress ?? (() => Effect.void), where = distribution === "in" ? "" : ` of ${distribution}`;
  const result = (metric: string) => ({ errors, ...row }: LeafRow): EvaluatedMethod => ({
    distribution,
    ...row,
    metric,
    trainedSteps: config.steps,
    observationsPerStep: observations,
    passes: 1,
    tasks,
    steps: summarise(errors).filter(({ mean }) => Number.isFinite(mean)) // others were not measured
      .map((step) => ({ ...step, observations: step.step * observations })),
  });
  return Effect.gen(function* () {
    yield* say(`leaf errors on ${tasks} new models${where}`);
    const controls = request.modelOnly !== true;
    const run = yield* runModel({
      built,
      weights,
      seed,
      tasks,
      queries,
      steps,
      observations,
      split: "evaluation",
      controls,
      together: steps * observations,
    });
    const own = { secondsPerTask: run.secondsPerTask };
    const leaf: LeafRow[] = [
      { method: "model", kind: "model", ...own, errors: run.model },
      { method: "model, late states averaged", kind: "model", ...own, errors: run.averaged },
    ];
    if (!controls) return leaf.map(result(built.family.metric.name));
    leaf.push(
      { method: "one step on all observations", kind: "control", ...own, errors: run.oneStep! },
      { method: "mean of one-step predictions", kind: "control", ...own, errors: run.ensemble! },
    );
    const all = Array.from({ length: steps }, (_, i) => i + 1);
    const some = [...new Set([1, Math.min(config.steps, steps), steps])];
    const measured = {
      "R², smallest first": all,
      "R², largest first": all,
      ...lingam ? { "DirectLiNGAM": some.slice(1) } : {},
    };
    leaf.push(...yield* leafRows({ batch: nodesOf(run.batch), perStep: observations, steps, measured }));
    yield* say(`free-running orders${where}`);
    const edges = yield* edgeRows({ built, weights, seed, tasks, observations, steps, measured: some, lingam });
    return [...leaf.map(result(built.family.metric.name)), ...edges.map(result(violatedEdgesMetric.name))];
  });

  /** As many features as the tasks have nodes: a family's own number is its largest. */
  function nodesOf(batch: Parameters<typeof leafRows>[0]["batch"]): typeof batch {
    const nodes = batch.queryX.length / (batch.tasks * batch.queries);
    return { ...batch, features: nodes, outputs: nodes };
  }
}
