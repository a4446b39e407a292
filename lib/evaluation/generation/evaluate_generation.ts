import { Effect } from "effect";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { EvaluateRequest } from "../evaluate_request.ts";
import type { EvaluatedMethod, Evaluation, GeneratedPoints } from "../evaluation_file.ts";
import { placesOf } from "../places_of.ts";
import { distanceMetrics, distanceRows } from "./distance_rows.ts";
import { fieldRows } from "./field_rows.ts";
import type { Generation } from "./settings.ts";

/**
 * Measures a model that generates points, in distribution and on each other distribution that the pipeline names: the
 * excess field error on all evaluation tasks, W₁ and W₂ of generated points on some. The first result is the model's
 * excess field error in distribution. Source: METHOD.md §8.
 */
export function evaluateGeneration(
  request: EvaluateRequest,
  generation: Generation,
): Effect.Effect<Evaluation, ShapeMismatch> {
  const { built, seed, pipeline } = request;
  const say = request.onProgress ?? (() => Effect.void);
  return Effect.gen(function* () {
    const results: EvaluatedMethod[] = [], generated: GeneratedPoints[] = [];
    for (const place of placesOf(built)) {
      const there = { ...request, ...place };
      yield* say(`the field on ${request.config.evaluation.tasks} new tasks, ${place.built.family.name}`);
      const { rows, bandwidths } = yield* fieldRows(there);
      results.push(...rows);
      if (request.modelOnly === true) continue;
      const distances = yield* distanceRows(there, generation, bandwidths);
      results.push(...distances.rows);
      generated.push(...distances.pictures);
    }
    const distance = { unit: "x", lowerIsBetter: true };
    const metrics = [built.family.metric, ...distanceMetrics.map((name) => ({ name, ...distance }))];
    return { schemaVersion: 1, pipeline, seed, metrics, results, generated };
  });
}
