import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import { purpose } from "../../random/mod.ts";
import type { Observations } from "../../stages/task_family.ts";
import type { Choice } from "../choose_on_grid.ts";
import type { EvaluatedMethod } from "../evaluation_file.ts";
import { type GenerationTasks, perTask } from "./_generation_tasks.ts";
import type { RowsRequest } from "./field_rows.ts";
import { generatePoints } from "./generate_points.ts";
import { gaussianFit, kernelDensity, type PointDensity, resampledContext } from "./point_density.ts";
import type { Generation } from "./settings.ts";

/** What makes points for all tasks, after which steps. */
export interface PointSource {
  /** As tables show it. */
  readonly method: string;
  readonly kind: EvaluatedMethod["kind"];
  readonly steps: readonly number[];
  /** `[points, dimension]` of each task. */
  readonly generate: (step: number) => Effect.Effect<readonly Float32Array[], ShapeMismatch>;
}

/**
 * The model after 0, 1, 2 and K refinements; one step on all points; after 1 and K steps the points seen drawn again, a
 * Gaussian and a kernel density of them; and the floor: other true points.
 */
export function pointSources(
  { built: { family, stages }, config, weights, replay }: RowsRequest,
  generation: Generation,
  bandwidths: readonly Choice[],
  { steps: K, batches, whole, noise, seen, otherTruth, key }: GenerationTasks,
): readonly PointSource[] {
  const dimension = family.outputs, shown = [...new Set([0, 1, 2, K])].filter((step) => step <= K);
  const model = (batches: readonly Observations[]) =>
    Effect.acquireUseRelease(
      generatePoints({ stages, weights, batches, noise, integration: generation, replay }),
      perTask,
      (made) => Effect.sync(() => tf.dispose(made)),
    );
  const density = (at: (step: number) => PointDensity): PointSource => ({
    ...{ method: at(K).method, kind: "baseline", steps: [...new Set([1, K])] },
    generate: (step) =>
      Effect.sync(() =>
        seen.map((all, task) => {
          const known = all.subarray(0, step * config.observations * dimension), { method, draw } = at(step);
          return draw(known, purpose(key, `${method}, task ${task}, step ${step}`), generation.points, dimension);
        })
      ),
  });
  return [
    { method: "model", kind: "model", steps: shown, generate: (k) => model(batches.slice(0, k)) },
    { method: "one step on all observations", kind: "control", steps: [K], generate: () => model([whole]) },
    density(() => resampledContext),
    density(() => gaussianFit),
    density((step) => kernelDensity(bandwidths[step - 1]!.chosen)),
    { method: "two true sets (floor)", kind: "limit", steps: shown, generate: () => Effect.succeed(otherTruth) },
  ];
}
