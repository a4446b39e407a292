import * as tf from "@tensorflow/tfjs";
import { Effect, Schema } from "effect";
import { batchedProduct } from "../ops/mod.ts";
import { normalTensor, purpose } from "../random/mod.ts";
import type { TaskFamily } from "../stages/task_family.ts";
import { paddedColumns } from "./table_features.ts";

/** Sizes of linear regression. */
export interface LinearRegression {
  /** Numbers per input, d. */
  readonly dimension: number;
  /** Standard deviation σ of the noise, in units of y. */
  readonly noise: number;
}

/** Decodes {@linkcode LinearRegression}; d = 8 and σ = 0.5 where left out. */
export const LinearRegression: Schema.Codec<LinearRegression, Partial<LinearRegression>> = Schema.Struct({
  dimension: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65536 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(8)),
  ),
  noise: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1e6 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(0.5)),
  ),
});

/** The weights that make a task: w `[tasks, dimension, 1]`. */
export type LinearTask = { readonly w: tf.Tensor3D };

/**
 * y = w·x + ε; w, x ~ N(0, I), ε ~ N(0, σ²), one w per task. x is `[tasks, observations, dimension]`, y
 * `[tasks, observations, 1]`. Source: arXiv 2510.11471; METHOD.md §7.
 *
 * @example Without noise y is x w
 * ```ts
 * import { keyFor } from "@amortize/core/random";
 * import { linearRegression } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * const family = linearRegression({ dimension: 2, noise: 0 }), key = keyFor(0, "training", 0);
 * const range = { first: 0, count: 3 };
 * const drawn = family.drawTasks(key, range);
 * const { x, y } = family.observe(drawn, { key, range, count: 4, role: "context", split: "training" });
 * assertEquals(await x.matMul(drawn.w).sub(y).abs().max().data(), Float32Array.of(0));
 * ```
 */
export function linearRegression(c: LinearRegression): TaskFamily<LinearTask> {
  return {
    name: "linear-regression",
    features: c.dimension,
    outputs: 1,
    loss: "squared-error",
    metric: { name: "mean squared error", unit: "y²", lowerIsBetter: true },
    noiseFloor: c.noise ** 2,
    limit: { kind: "bayesian-linear", noise: c.noise },
    fromTable: {
      fewest: 1,
      most: c.dimension,
      scaling: "each",
      scalerRows: 64,
      target: { kind: "number", deviation: (columns) => Math.sqrt(columns + c.noise ** 2) },
      features: (_key, columns) => paddedColumns(columns, { features: c.dimension, constant: false }),
    },
    drawTasks: (key, { first, count }) => ({
      w: normalTensor(purpose(key, "w"), [count, c.dimension, 1], first * c.dimension) as tf.Tensor3D,
    }),
    observe: ({ w }, { key, range: { first, count: tasks }, count }) =>
      tf.tidy(() => {
        const x = normalTensor(purpose(key, "x"), [tasks, count, c.dimension], first * count * c.dimension);
        const noise = normalTensor(purpose(key, "noise"), [tasks, count, 1], first * count).mul(c.noise);
        return { x: x as tf.Tensor3D, y: batchedProduct(x as tf.Tensor3D, w).add<tf.Tensor3D>(noise) };
      }),
  };
}
