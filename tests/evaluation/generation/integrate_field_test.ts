import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { type Field, integrateField, type Solver, wasserstein } from "../../../lib/evaluation/mod.ts";
import { keyFor, normals, normalTensor } from "../../../lib/random/mod.ts";
import { mixtureField } from "../../../lib/tasks/mod.ts";

await tf.setBackend("cpu");

/** x′ = x cos t on one number: x(1) = x(0) e^{sin 1}. */
const swing: Field = (x, t) => Effect.sync(() => x.mul<tf.Tensor3D>(Math.cos(t)));

async function errorOf(solver: Solver, intervals: number): Promise<number> {
  const start = tf.ones<tf.Rank.R3>([1, 1, 1]);
  const end = Effect.runSync(integrateField(swing, start, { solver, intervals }));
  const error = Math.abs((await end.data())[0]! - Math.exp(Math.sin(1)));
  tf.dispose([start, end]);
  return error;
}

for (const [solver, order, intervals] of [["euler", 1, 32], ["midpoint", 2, 16], ["rk4", 4, 2]] as const) {
  Deno.test(`integrateField() by ${solver} converges with order ${order}`, async () => {
    const [wide, narrow] = [await errorOf(solver, intervals), await errorOf(solver, 2 * intervals)];
    assertAlmostEquals(Math.log2(wide / narrow), order, 0.35);
  });
}

Deno.test("integrateField() asks the field at the times of its rule, and keeps no tensor", () => {
  const asked: number[] = [], start = tf.zeros<tf.Rank.R3>([2, 3, 2]);
  const before = tf.memory().numTensors;
  const field: Field = (x, t) =>
    Effect.sync(() => {
      asked.push(t);
      return x.add<tf.Tensor3D>(1);
    });
  const end = Effect.runSync(integrateField(field, start, { solver: "rk4", intervals: 2 }));
  assertEquals(asked, [0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1]);
  assertEquals([end.shape, start.isDisposed], [[2, 3, 2], false]);
  end.dispose();
  const failing: Field<string> = (x, t) => t < 0.4 ? Effect.succeed(x.clone()) : Effect.fail("far enough");
  assertEquals(
    Effect.runSync(Effect.flip(integrateField(failing, start, { solver: "rk4", intervals: 1 }))),
    "far enough",
  );
  assertEquals(tf.memory().numTensors, before);
  start.dispose();
});

Deno.test("integrateField() carries noise along a Gaussian's true field to the Gaussian", async () => {
  // Within 1.3 of the floor, which is the distance between two true sets; Euler with two intervals is not.
  const mixture = { dimension: 2, means: [-1, 0.5], std: 0.3 }, count = 400;
  const field: Field = (x, t) =>
    Effect.sync(() => {
      const queries = tf.tidy(() => tf.concat([x, tf.fill([1, count, 1], t)], 2).dataSync());
      return tf.tensor3d(mixtureField(mixture, queries as Float32Array), [1, count, 2]);
    });
  const truth = (name: number): Float32Array => {
    const key = keyFor(name, "evaluation", 0);
    return normals(key, 2 * count).map((z, i) => 0.3 * z + mixture.means[i % 2]!);
  };
  const start = normalTensor(keyFor(9, "evaluation", 0), [1, count, 2]) as tf.Tensor3D;
  const w2 = async (solver: Solver, intervals: number): Promise<number> => {
    const end = Effect.runSync(integrateField(field, start, { solver, intervals }));
    return wasserstein(await end.data(), truth(1), 2).w2;
  };
  const floor = wasserstein(truth(2), truth(1), 2).w2;
  assert(await w2("euler", 25) < 1.3 * floor);
  assert(await w2("midpoint", 12) < 1.3 * floor);
  assert(await w2("euler", 2) > 1.3 * floor);
});
