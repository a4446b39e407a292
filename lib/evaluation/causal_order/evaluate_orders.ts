import { Effect } from "effect";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { Distribution } from "../../training/pipeline.ts";
import type { EvaluateRequest } from "../evaluate_request.ts";
import type { EvaluatedMethod, Evaluation } from "../evaluation_file.ts";
import { placesOf } from "../places_of.ts";
import { summarise } from "../summarise.ts";
import { type OrderRow, orderRows, violatedEdgesMetric } from "./order_rows.ts";

/** How orders are evaluated. */
export interface OrderEvaluation {
  /** Models as in training: a distribution for each number of nodes V, of one V each. */
  readonly trained: readonly Distribution[];
  /** Whether DirectLiNGAM has a signal on a distribution: it needs linear mechanisms and noise that is not Gaussian. */
  readonly lingam: (distribution: string) => boolean;
}

/** What a reader of DirectLiNGAM's rows must know. */
const lingamNote = "run where noise is not Gaussian: under Gaussian noise linear models give it no signal";

/**
 * Measures a model that finds leaves, in distribution and on each other distribution that the pipeline names, which all are
 * of one number of nodes: the leaf error with the true later nodes removed, and the share of true edges that its
 * free-running order violates; beside chance, sorting by variance and by R², one step on all samples and, where it has a
 * signal, DirectLiNGAM. `in` is the mean over the trained numbers of nodes, with equally many models of each: as many in all
 * as are asked for, rounded up. The first result is the model's leaf error there. Source: METHOD.md §7, §8.
 */
export function evaluateOrders(
  request: EvaluateRequest,
  { trained, lingam }: OrderEvaluation,
): Effect.Effect<Evaluation, ShapeMismatch> {
  const { built, seed, pipeline, config: { evaluation: { tasks } } } = request;
  const [, ...others] = placesOf(built);
  const as = ({ name, family, taskSampling }: Distribution) => ({
    built: { ...built, family, stages: { ...built.stages, taskSampling } },
    tasks: Math.ceil(tasks / trained.length),
    lingam: false,
    where: `as in training, ${name}`,
  });
  return Effect.gen(function* () {
    const within = yield* Effect.forEach(trained, (one) => orderRows(request, as(one)));
    const results = joinRows(within).map(resultOf(request, "in"));
    for (const { distribution, built } of others) {
      const place = { built, tasks, lingam: lingam(distribution), where: `of ${distribution}` };
      results.push(...(yield* orderRows(request, place)).map(resultOf(request, distribution)));
    }
    return { schemaVersion: 1, pipeline, seed, metrics: [built.family.metric, violatedEdgesMetric], results };
  });
}

/** The same methods' rows at several places as rows over all their models; each place has equally many. */
function joinRows(places: readonly (readonly OrderRow[])[]): readonly OrderRow[] {
  return places[0]!.map((row, at) => {
    const rows = places.map((place) => place[at]!);
    const errors = new Float64Array(rows.reduce((sum, { errors }) => sum + errors.errors.length, 0));
    let to = 0;
    for (const { errors: { errors: one } } of rows) {
      errors.set(one, to);
      to += one.length;
    }
    return {
      ...row,
      secondsPerTask: rows.reduce((sum, { secondsPerTask }) => sum + secondsPerTask, 0) / rows.length,
      errors: { ...row.errors, tasks: row.errors.tasks * rows.length, errors },
    };
  });
}

function resultOf({ config }: EvaluateRequest, distribution: string) {
  return ({ errors, ...row }: OrderRow): EvaluatedMethod => ({
    distribution,
    ...row,
    trainedSteps: config.steps,
    passes: 1,
    tasks: errors.tasks,
    steps: summarise(errors).filter(({ mean }) => Number.isFinite(mean)) // others were not measured
      .map((step) => ({ ...step, observations: step.step * row.observationsPerStep })),
    ...(row.method === "DirectLiNGAM" ? { note: lingamNote } : {}),
  });
}
