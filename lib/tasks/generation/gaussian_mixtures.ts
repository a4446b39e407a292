import { Effect, Schema } from "effect";
import { integers, normals, purpose, uniforms } from "../../random/mod.ts";
import type { TaskFamily } from "../../stages/task_family.ts";
import { flowMatching } from "./flow_matching.ts";

/** What mixtures are like, before they are scaled. */
export interface GaussianMixtures {
  /** Numbers per point. */
  readonly dimension: number;
  /** The fewest and the most clusters, M; each number between is equally likely. */
  readonly clusters: readonly [least: number, most: number];
  /** Standard deviation of the clusters' means. */
  readonly spread: number;
  /** Standard deviation of the points of a cluster. */
  readonly std: number;
  /** What all points are multiplied by, so that they are about as far out as the noise that the flow starts from. */
  readonly scale: number;
}

const positive = Schema.Finite.check(Schema.isBetween({ minimum: 1e-6, maximum: 1e6 }));
const count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4096 }));

/** Decodes {@linkcode GaussianMixtures}; where left out: 2-d, 1 … 100 clusters, spread 5, std 0.3 (METHOD.md §7), × 0.2. */
export const GaussianMixtures: Schema.Codec<GaussianMixtures, Partial<GaussianMixtures>> = Schema.Struct({
  dimension: count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(2))),
  clusters: Schema.Tuple([count, count]).pipe(Schema.withDecodingDefaultKey(Effect.succeed([1, 100] as const))),
  spread: positive.pipe(Schema.withDecodingDefaultKey(Effect.succeed(5))),
  std: positive.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0.3))),
  scale: positive.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0.2))),
}).check(
  Schema.makeFilter((c) =>
    c.clusters[0] <= c.clusters[1] ? undefined : { path: ["clusters"], issue: "the fewest must not exceed the most" }
  ),
);

/** What makes a mixture: M `[tasks]`, and means `[tasks, most, dimension]`, of which the first M count; scaled. */
export type MixtureTask = { readonly clusters: Int32Array; readonly means: Float32Array };

/**
 * Flow matching on mixtures of M ~ U{least … most} equally likely Gaussian clusters with means ~ N(0, spread²), all
 * `scale` times as large. The true field is closed-form. Source: arXiv 2510.11471; METHOD.md §7.
 *
 * @example Contexts are points, queries lie on the way to other points
 * ```ts
 * import { keyFor } from "@amortize/core/random";
 * import { gaussianMixtures } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * const family = gaussianMixtures({ dimension: 2, clusters: [1, 10], spread: 5, std: 0.3, scale: 0.2 });
 * const key = keyFor(0, "training", 0), range = { first: 0, count: 3 };
 * const drawn = family.drawTasks(key, range);
 * const { x, y } = family.observe(drawn, { key, range, count: 4, role: "query", split: "training" });
 * assertEquals([x.shape, y.shape], [[3, 4, 3], [3, 4, 2]]); // x_t and t; x₁ − x₀
 * ```
 */
export function gaussianMixtures(c: GaussianMixtures): TaskFamily<MixtureTask> {
  const [least, most] = c.clusters, { dimension } = c;
  const std = c.std * c.scale;
  return flowMatching({
    name: "gaussian-mixtures",
    dimension,
    drawTasks: (key, { first, count }) => {
      const size = most * dimension;
      return {
        clusters: integers(purpose(key, "clusters"), count, most - least + 1, first).map((m) => least + m),
        means: normals(purpose(key, "means"), count * size, first * size).map((z) => z * c.spread * c.scale),
      };
    },
    points: ({ clusters, means }, key, { first, count: tasks }, count) => {
      const out = normals(purpose(key, "within"), tasks * count * dimension, first * count * dimension);
      const chosen = uniforms(purpose(key, "cluster"), tasks * count, first * count);
      for (let row = 0, at = 0; row < tasks * count; row++) {
        const task = Math.floor(row / count);
        const mean = (task * most + Math.floor(chosen[row]! * clusters[task]!)) * dimension;
        for (let i = 0; i < dimension; i++, at++) out[at] = means[mean + i]! + std * out[at]!;
      }
      return out;
    },
    mixture: ({ clusters, means }, task) => {
      const from = task * most * dimension;
      return { dimension, std, means: means.subarray(from, from + clusters[task]! * dimension) };
    },
  });
}
