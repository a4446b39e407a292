import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { globalNorm } from "../../lib/ops/mod.ts";
import { assertNoLeak, normals, onEveryBackend, tensorOf, type Values } from "../backends.ts";

async function normOf(...values: Values[]): Promise<number> {
  return await assertNoLeak(async () => {
    const tensors = values.map(tensorOf);
    const norm = globalNorm(tensors);
    const [read] = await norm.data();
    tf.dispose([norm, ...tensors]);
    return read!;
  });
}

onEveryBackend("globalNorm() is the length of all tensors laid end to end", async () => {
  const values = normals(6, [3, 4], [5], [1], [2, 2, 2]);
  const squares = values.flatMap(({ data }) => [...data]).reduce((sum, u) => sum + u * u, 0);
  assertAlmostEquals(await normOf(...values), Math.sqrt(squares), 1e-5);
  assertAlmostEquals(await normOf({ shape: [2], data: Float32Array.of(3, -4) }), 5, 1e-6);
});

onEveryBackend("globalNorm() of nothing is 0, and of NaN is NaN", async () => {
  assertEquals(await normOf(), 0);
  assert(Number.isNaN(await normOf({ shape: [2], data: Float32Array.of(1, NaN) }, ...normals(1, [3]))));
});
