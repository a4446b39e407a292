import { Effect } from "effect";
import type * as tf from "@tensorflow/tfjs";

/** A time-dependent field: the velocities at points, both `[tasks, points, dimension]`; the caller owns the result. */
export type Field<Err = never> = (points: tf.Tensor3D, time: number) => Effect.Effect<tf.Tensor3D, Err>;

/** A rule that goes one interval: how many times it asks the field, and the order in the interval of its error. */
export type Solver = "euler" | "midpoint" | "rk4";

/** How a field is integrated. */
export interface Integration {
  /** Euler asks the field once an interval (order 1), midpoint twice (order 2), rk4 four times (order 4). */
  readonly solver: Solver;
  /** Equal intervals from time 0 to 1. */
  readonly intervals: number;
}

/**
 * Where points `[tasks, points, dimension]` at time 0 are at time 1, carried by a field: x′ = v(x, t). The start stays the
 * caller's, who owns the result too.
 *
 * @example x′ = x takes 1 to e
 * ```ts
 * import { integrateField } from "@amortize/core/evaluation";
 * import { assertAlmostEquals } from "@std/assert";
 * import { Effect } from "effect";
 * import * as tf from "@tensorflow/tfjs";
 *
 * await tf.setBackend("cpu");
 * const field = (x: tf.Tensor3D) => Effect.succeed(x.clone());
 * const end = Effect.runSync(integrateField(field, tf.ones([1, 1, 1]), { solver: "rk4", intervals: 8 }));
 * assertAlmostEquals((await end.data())[0]!, Math.E, 1e-4);
 * ```
 */
export function integrateField<Err>(
  field: Field<Err>,
  start: tf.Tensor3D,
  { solver, intervals }: Integration,
): Effect.Effect<tf.Tensor3D, Err> {
  const rule = rules[solver], h = 1 / intervals;
  return Effect.gen(function* () {
    let points = start.clone();
    for (let i = 0; i < intervals; i++) {
      const before = points;
      const moved = rule(field, points, i * h, h);
      points = yield* Effect.ensuring(moved, Effect.sync(() => before.dispose()));
    }
    return points;
  });
}

type Rule = <Err>(
  field: Field<Err>,
  points: tf.Tensor3D,
  time: number,
  h: number,
) => Effect.Effect<tf.Tensor3D, Err>;

/** Runge and Kutta's rules with one, two and four evaluations. */
const rules: Readonly<Record<Solver, Rule>> = {
  euler: (field, x, t, h) => explicitRule(field, x, t, h, [0], [1]),
  midpoint: (field, x, t, h) => explicitRule(field, x, t, h, [0, 1 / 2], [0, 1]),
  rk4: (field, x, t, h) => explicitRule(field, x, t, h, [0, 1 / 2, 1 / 2, 1], [1 / 6, 1 / 3, 1 / 3, 1 / 6]),
};

/** A rule whose stages each start from the stage before them: at `nodes` of the interval, summed by `weights`. */
function explicitRule<Err>(
  field: Field<Err>,
  x: tf.Tensor3D,
  t: number,
  h: number,
  nodes: readonly number[],
  weights: readonly number[],
): Effect.Effect<tf.Tensor3D, Err> {
  return Effect.gen(function* () {
    const slopes: tf.Tensor3D[] = [];
    const stages = Effect.gen(function* () {
      for (const node of nodes) {
        const last = slopes.at(-1);
        const at = last === undefined ? x.clone() : tidyStep(x, [last], [node * h]);
        slopes.push(yield* Effect.ensuring(field(at, t + node * h), Effect.sync(() => at.dispose())));
      }
      return tidyStep(x, slopes, weights.map((w) => w * h));
    });
    return yield* Effect.ensuring(stages, Effect.sync(() => slopes.forEach((slope) => slope.dispose())));
  });
}

/** x + Σ factor · slope, with nothing left over. */
function tidyStep(x: tf.Tensor3D, slopes: readonly tf.Tensor3D[], factors: readonly number[]): tf.Tensor3D {
  let sum = x.clone();
  slopes.forEach((slope, i) => {
    if (factors[i] === 0) return;
    const term = slope.mul(factors[i]!), next = sum.add<tf.Tensor3D>(term);
    sum.dispose();
    term.dispose();
    sum = next;
  });
  return sum;
}
