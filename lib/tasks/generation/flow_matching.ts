import * as tf from "@tensorflow/tfjs";
import { type Key, normals, purpose, uniforms } from "../../random/mod.ts";
import type { DrawnTasks, Metric, Observations, TaskFamily, TaskRange } from "../../stages/task_family.ts";
import { type Mixture, mixtureField } from "./mixture_field.ts";

/** A family of densities to generate points from. A drawn batch of densities is host data. */
export interface DensityFamily<Drawn extends DrawnTasks> {
  /** Names the family in messages and tables. */
  readonly name: string;
  /** Numbers per point. */
  readonly dimension: number;
  /** Draws the densities of a range of tasks, as {@linkcode TaskFamily.drawTasks}. */
  readonly drawTasks: (key: Key, range: TaskRange) => Drawn;
  /** Points of each density, `[tasks, count, dimension]`; a range drawn alone gives the same rows of a larger draw. */
  readonly points: (drawn: Drawn, key: Key, range: TaskRange, count: number) => Float32Array<ArrayBuffer>;
  /** One density in closed form, for its true field. */
  readonly mixture: (drawn: Drawn, index: number) => Mixture;
}

/** How far a field is from the true one: E ‖v − v_true‖², summed over dimensions. */
export const excessFieldError: Metric = { name: "excess field error", unit: "v²", lowerIsBetter: true };

/**
 * Flow matching on a family of densities. A context row is a point x₁: x holds it and the time 1, y the point. A query is a
 * place on the way from noise to a point: x holds x_t = (1 − t) x₀ + t x₁ with x₀ ~ N(0, I), x₁ a point of its own and
 * t ~ U(0, 1), and t itself. Its target y is x₁ − x₀ in training, and in every other split that target's mean given
 * (x_t, t), the true field, so that errors there are excess errors and have no noise floor. x is
 * `[tasks, rows, dimension + 1]`, y `[tasks, rows, dimension]`. Source: METHOD.md §7, §8.
 */
export function flowMatching<Drawn extends DrawnTasks>(density: DensityFamily<Drawn>): TaskFamily<Drawn> {
  const { name, dimension, drawTasks, points, mixture } = density;
  return {
    name,
    features: dimension + 1,
    outputs: dimension,
    loss: "squared-error",
    metric: excessFieldError,
    drawTasks,
    observe: (drawn, { key, range, count, role, split }) => {
      const end = points(drawn, purpose(key, "points"), range, count);
      const rows = range.count * count;
      if (role === "context") return observed(range, count, withTime(end, dimension, () => 1), end);
      const first = range.first * count;
      const start = normals(purpose(key, "noise"), rows * dimension, first * dimension);
      const times = uniforms(purpose(key, "times"), rows, first);
      const timeAt = (row: number): number => times[row]!;
      const between = end.map((x, i) => onTheWay(start[i]!, x, timeAt(Math.floor(i / dimension))));
      const queries = withTime(between, dimension, timeAt);
      if (split === "training") return observed(range, count, queries, end.map((x, i) => x - start[i]!));
      const target = new Float32Array(rows * dimension), size = count * (dimension + 1);
      for (let task = 0; task < range.count; task++) {
        const field = mixtureField(mixture(drawn, task), queries.subarray(task * size, (task + 1) * size));
        target.set(field, task * count * dimension);
      }
      return observed(range, count, queries, target);
    },
  };
}

function onTheWay(from: number, to: number, t: number): number {
  return (1 - t) * from + t * to;
}

/** Rows of points with a time behind each. */
function withTime(points: Float32Array, dimension: number, timeAt: (row: number) => number): Float32Array {
  const rows = points.length / dimension;
  const out = new Float32Array(rows * (dimension + 1));
  for (let row = 0; row < rows; row++) {
    out.set(points.subarray(row * dimension, (row + 1) * dimension), row * (dimension + 1));
    out[row * (dimension + 1) + dimension] = timeAt(row);
  }
  return out;
}

function observed({ count: tasks }: TaskRange, count: number, x: Float32Array, y: Float32Array): Observations {
  return {
    x: tf.tensor3d(x, [tasks, count, x.length / tasks / count]),
    y: tf.tensor3d(y, [tasks, count, y.length / tasks / count]),
  };
}
