import { Effect } from "effect";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { Choice } from "../choose_on_grid.ts";
import type { EvaluatedMethod, GeneratedPoints } from "../evaluation_file.ts";
import { summarise } from "../summarise.ts";
import { generationTasks } from "./_generation_tasks.ts";
import { type PointSource, pointSources } from "./_point_sources.ts";
import type { RowsRequest } from "./field_rows.ts";
import type { Generation } from "./settings.ts";
import { type Wasserstein, wasserstein } from "./wasserstein.ts";

/** Names of the two distances as metrics. */
export const distanceMetrics = ["W₁", "W₂"] as const;

/** Numbers kept of a set of points for its picture: 500 points of a plane. */
const numbersOfPicture = 1000;

/** Rows of W₁ and W₂, and the points of some tasks. */
export interface DistanceRows {
  readonly rows: readonly EvaluatedMethod[];
  readonly pictures: readonly GeneratedPoints[];
}

/** A source's points after a step, and how far each task's are from true ones. */
interface Measured {
  readonly step: number;
  readonly points: readonly Float32Array[];
  readonly distances: readonly Wasserstein[];
}

/**
 * W₁ and W₂ between true points and those of the model, of one step on all points, and of densities made of the points
 * seen, on the first evaluation tasks; the distance between two true sets is the floor of all. W depends on how many
 * points there are and on their scale. Source: METHOD.md §8.
 */
export function distanceRows(
  request: RowsRequest,
  generation: Generation,
  bandwidths: readonly Choice[],
): Effect.Effect<DistanceRows, ShapeMismatch> {
  const { distribution, built: { family: { outputs: dimension } } } = request;
  const say = request.onProgress ?? (() => Effect.void), where = distribution === "in" ? "" : ` of ${distribution}`;
  return Effect.scoped(Effect.gen(function* () {
    const drawn = yield* generationTasks(request, generation);
    const rows: EvaluatedMethod[] = [];
    let ofModel: readonly Measured[] = [];
    for (const source of pointSources(request, generation, bandwidths, drawn)) {
      yield* say(`W₁ and W₂ of ${source.method}, ${drawn.tasks} sets of ${generation.points} points${where}`);
      const { measured, seconds } = yield* measure(source, drawn.truth, dimension);
      const secondsPerTask = seconds / drawn.tasks;
      if (source.method === "model") ofModel = measured;
      rows.push(rowOf(request, source, measured, "w1", secondsPerTask));
      rows.push(rowOf(request, source, measured, "w2", secondsPerTask));
    }
    const pictures = drawn.truth.slice(0, generation.pictures).map((truth, task): GeneratedPoints => ({
      ...{ distribution, dimension, truth: picture(truth), seen: picture(drawn.seen[task]!) },
      steps: ofModel.map(({ step, points }) => ({ step, points: picture(points[task]!) })),
    }));
    return { rows, pictures };
  }));
}

/**
 * Makes points after each of a source's steps and measures them; the same points are measured once. The seconds are those
 * of making them alone.
 */
function measure(
  source: PointSource,
  truth: readonly Float32Array[],
  dimension: number,
): Effect.Effect<{ readonly measured: readonly Measured[]; readonly seconds: number }, ShapeMismatch> {
  return Effect.gen(function* () {
    const measured: Measured[] = [];
    let seconds = 0;
    for (const step of source.steps) {
      const start = performance.now();
      const points = yield* source.generate(step);
      seconds += (performance.now() - start) / 1000;
      const known = measured.find((before) => before.points === points)?.distances;
      const distances = known ??
        (yield* Effect.forEach(
          truth,
          (theirs, task) => Effect.map(Effect.yieldNow, () => wasserstein(points[task]!, theirs, dimension)),
        ));
      measured.push({ step, points, distances });
    }
    return { measured, seconds };
  });
}

function rowOf(
  { distribution, config }: RowsRequest,
  { method, kind }: PointSource,
  measured: readonly Measured[],
  distance: keyof Wasserstein,
  secondsPerTask: number,
): EvaluatedMethod {
  const perStep = config.observations, tasks = measured[0]!.distances.length;
  return {
    ...{ distribution, method, kind, metric: distanceMetrics[distance === "w1" ? 0 : 1] },
    ...{ trainedSteps: config.steps, observationsPerStep: perStep, passes: 1, tasks, secondsPerTask },
    steps: measured.map(({ step, distances }) => {
      const errors = Float64Array.from(distances, (both) => both[distance]);
      return { ...summarise({ tasks, steps: 0, errors })[0]!, step, observations: step * perStep };
    }),
  };
}

/** Numbers of the first points, to a thousandth: pictures show no more. */
function picture(points: Float32Array): number[] {
  return Array.from(points.subarray(0, numbersOfPicture), (x) => Math.round(1000 * x) / 1000);
}
