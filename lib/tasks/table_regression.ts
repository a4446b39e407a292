import * as tf from "@tensorflow/tfjs";
import { Effect, Schema } from "effect";
import { batchedProduct } from "../ops/mod.ts";
import { integers, type Key, normals, normalTensor, purpose, uniforms } from "../random/mod.ts";
import { paddedColumns } from "./table_features.ts";
import type { TaskFamily, TaskRange } from "../stages/task_family.ts";

/** What people's tables are taken to be like. */
export interface TableRegression {
  /** The most feature columns that a table may have; those that it lacks are zero. */
  readonly features: number;
  /** The smallest and the largest share of y's variance that is noise; between them its logarithm is uniform. */
  readonly noise: readonly [least: number, most: number];
  /** The largest share of a column's variance that is common to all columns, from 0 to below 1. */
  readonly common: number;
  /** Rows that a person's columns are centred and scaled by: the fewer, the further from mean 0 and deviation 1. */
  readonly scalerRows: number;
}

const share = Schema.Finite.check(Schema.isBetween({ minimum: 1e-6, maximum: 0.999 }));

/** Decodes {@linkcode TableRegression}; 16 features, 1 to 80 % noise and at most half common where left out. */
export const TableRegression: Schema.Codec<TableRegression, Partial<TableRegression>> = Schema.Struct({
  features: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4096 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(16)),
  ),
  noise: Schema.Tuple([share, share]).pipe(Schema.withDecodingDefaultKey(Effect.succeed([0.01, 0.8] as const))),
  common: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.99 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(0.5)),
  ),
  scalerRows: Schema.Int.check(Schema.isBetween({ minimum: 8, maximum: 1e6 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(128)),
  ),
}).check(
  Schema.makeFilter((c) =>
    c.noise[0] <= c.noise[1] ? undefined : { path: ["noise"], issue: "the least share must not exceed the most" }
  ),
);

/**
 * What makes a table: `own` and `loading` `[tasks, 1, features]`, how much of a column is its own and how much is common
 * to all (both 0 for a column that is not there); `w` `[tasks, features, 1]`; `noise` `[tasks, 1, 1]`, ε's standard
 * deviation; and the scaler: centre and scale of the columns `[tasks, 1, features]` and of y `[tasks, 1, 1]`.
 */
export type TableTask = {
  readonly own: tf.Tensor3D;
  readonly loading: tf.Tensor3D;
  readonly w: tf.Tensor3D;
  readonly noise: tf.Tensor3D;
  readonly centreX: tf.Tensor3D;
  readonly scaleX: tf.Tensor3D;
  readonly centreY: tf.Tensor3D;
  readonly scaleY: tf.Tensor3D;
};

/**
 * Tables of people as a person's columns come after scaling. Each task has 1 … `features` columns, at random places, the
 * others being zero; columns have unit variance, a share of it common to all, so that they correlate; y = w·x + ε with
 * unit variance, a share of it noise. Then columns and y are centred and scaled as by the first `scalerRows` rows, so a
 * little off. x is `[tasks, observations, features + 1]`, the last column the constant 1, so that a linear predictor can
 * mend the centre; y `[tasks, observations, 1]`.
 *
 * @example The last column is constant
 * ```ts
 * import { keyFor } from "@amortize/core/random";
 * import { tableRegression } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * const family = tableRegression({ features: 3, noise: [0.1, 0.1], common: 0, scalerRows: 128 });
 * const key = keyFor(0, "training", 0), range = { first: 0, count: 2 };
 * const drawn = family.drawTasks(key, range);
 * const { x } = family.observe(drawn, { key, range, count: 4, role: "context", split: "training" });
 * assertEquals(x.shape, [2, 4, 4]); // [tasks, observations, features + 1]
 * assertEquals(await x.slice([0, 0, 3]).min().data(), Float32Array.of(1));
 * ```
 */
export function tableRegression(c: TableRegression): TaskFamily<TableTask> {
  const [least, most] = c.noise;
  return {
    name: "table",
    features: c.features + 1,
    outputs: 1,
    loss: "squared-error",
    metric: { name: "mean squared error", unit: "variance of y", lowerIsBetter: true },
    noiseFloor: least === most ? least : (most - least) / Math.log(most / least), // the mean share
    fromTable: {
      fewest: 1,
      most: c.features,
      scaling: "each",
      scalerRows: c.scalerRows,
      target: { kind: "number", deviation: () => 1 },
      features: (_key, columns) => paddedColumns(columns, { features: c.features + 1, constant: true }),
    },
    drawTasks: (key, range) => drawTables(c, key, range),
    observe: (task, { key, range: { first, count: tasks }, count }) =>
      tf.tidy(() => {
        const size = count * c.features;
        const own = normalTensor(purpose(key, "own"), [tasks, count, c.features], first * size).mul(task.own);
        const common = normalTensor(purpose(key, "common"), [tasks, count, 1], first * count).mul(task.loading);
        const noise = normalTensor(purpose(key, "noise"), [tasks, count, 1], first * count).mul(task.noise);
        const columns = own.add<tf.Tensor3D>(common);
        const y = batchedProduct(columns, task.w).add(noise);
        const scaled = columns.sub(task.centreX).div<tf.Tensor3D>(task.scaleX);
        return {
          x: tf.concat([scaled, tf.ones<tf.Rank.R3>([tasks, count, 1])], 2),
          y: y.sub(task.centreY).div<tf.Tensor3D>(task.scaleY),
        };
      }),
  };
}

/** On the host, task by task: a few hundred numbers each. */
function drawTables(c: TableRegression, key: Key, { first, count }: TaskRange): TableTask {
  const d = c.features;
  const perColumn = (draw: typeof normals, name: string) => draw(purpose(key, name), count * d, first * d);
  const perTask = (draw: typeof normals, name: string) => draw(purpose(key, name), count, first);
  const places = perColumn(uniforms, "places"), signs = perColumn(uniforms, "signs"), w = perColumn(normals, "w");
  const centreX = perColumn(normals, "centre of x"), scaleX = perColumn(normals, "scale of x");
  const present = integers(purpose(key, "columns"), count, d, first);
  const shares = perTask(uniforms, "common"), noises = perTask(uniforms, "noise");
  const centreY = perTask(normals, "centre of y"), scaleY = perTask(normals, "scale of y");
  const own = new Float32Array(count * d), loading = new Float32Array(count * d), noise = new Float32Array(count);
  const offCentre = 1 / Math.sqrt(c.scalerRows), offScale = offCentre / Math.SQRT2;
  const [least, most] = c.noise;

  for (let task = 0; task < count; task++) {
    const at = task * d;
    const limit = places.slice(at, at + d).sort()[present[task]!]!;
    const common = c.common * shares[task]!;
    let ownSignal = 0, commonSignal = 0;
    for (let i = at; i < at + d; i++) {
      const there = Number(places[i]! <= limit);
      own[i] = there * Math.sqrt(1 - common);
      loading[i] = there * Math.sqrt(common) * (signs[i]! < 0.5 ? -1 : 1);
      ownSignal += (w[i]! * own[i]!) ** 2;
      commonSignal += w[i]! * loading[i]!;
      w[i]! *= there;
      centreX[i]! *= there * offCentre;
      scaleX[i] = Math.max(0.5, 1 + offScale * scaleX[i]!);
    }
    const share = least * (most / least) ** noises[task]!;
    const gain = Math.sqrt((1 - share) / Math.max(1e-12, ownSignal + commonSignal ** 2));
    noise[task] = Math.sqrt(share);
    // The same rows give both centres, so they differ as x and y do.
    let centre = noise[task]! * offCentre * centreY[task]!;
    for (let i = at; i < at + d; i++) centre += (w[i]! *= gain) * centreX[i]!;
    centreY[task] = centre;
    scaleY[task] = Math.max(0.5, 1 + offScale * scaleY[task]!);
  }
  const columns = (values: Float32Array): tf.Tensor3D => tf.tensor3d(values, [count, 1, d]);
  const single = (values: Float32Array): tf.Tensor3D => tf.tensor3d(values, [count, 1, 1]);
  return {
    own: columns(own),
    loading: columns(loading),
    w: tf.tensor3d(w, [count, d, 1]),
    noise: single(noise),
    centreX: columns(centreX),
    scaleX: columns(scaleX),
    centreY: single(centreY),
    scaleY: single(scaleY),
  };
}
