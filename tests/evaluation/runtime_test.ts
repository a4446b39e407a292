import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import {
  adam,
  decodeRuntime,
  exactPosterior,
  measureRuntime,
  runModel,
  runtimeBaselines,
  summarise,
} from "../../lib/evaluation/mod.ts";
import { initialWeights } from "../../lib/training/mod.ts";
import { buildFor, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { linearBatch } from "./_batches.ts";

Deno.test("measureRuntime() finds evaluation's errors, more memory for one large batch, and leaks nothing", async () => {
  await tf.setBackend("cpu");
  const built = buildFor(
    tinyRefinement({ observations: 6 }),
    familyOf({ loss: "squared-error", features: 2, outputs: 1 }),
  );
  const weights = initialWeights(built, 1);
  const sizes = { built, weights, seed: 4, tasks: 5, queries: 7, observations: 6 };
  const before = tf.memory().numTensors;
  const rows = await Effect.runPromise(
    measureRuntime({ ...sizes, miniBatches: [1, 4, 8, 9], together: 50, repeats: 1 }),
  );
  assertEquals(tf.memory().numTensors, before);
  const of = { steps: 8, trainedSteps: 2, split: "evaluation", controls: true };
  const run = await Effect.runPromise(runModel({ ...sizes, ...of }));
  const small = summarise(run.model), large = summarise(run.oneStep!);
  const shapes = rows.map(({ method, observations, steps }) => `${method} ${observations} ${steps}`);
  assertEquals(shapes, [
    ...["mini-batches 6 1", "one large batch 6 1", "mini-batches 24 4", "one large batch 24 1"],
    ...["mini-batches 48 8", "one large batch 48 1", "mini-batches 54 9"], // 54 are too many together
  ]);
  for (const { method, observations, mean, standardError } of rows.slice(0, 6)) {
    const expected = (method === "mini-batches" ? small : large)[observations / 6]!;
    assertAlmostEquals(mean, expected.mean, 1e-5);
    assertAlmostEquals(standardError, expected.standardError, 1e-5);
  }
  const [few, one] = [rows[4]!, rows[5]!].map(({ peakTensorBytes }) => peakTensorBytes!) as [number, number];
  assert(one > 2 * few, `${one} bytes at once for one large batch, ${few} for eight small ones`);
  assert(rows.every((row) => row.fastest <= row.secondsPerTask && row.secondsPerTask <= row.slowest));
});

Deno.test("adam() starts each task where it is told", () => {
  const { batch, truth } = linearBatch({ tasks: 3, observations: 4, queries: 50, features: 2, noise: 0, seed: 1 });
  const settings = { perStep: 4, steps: 1, rate: 0.1, passes: 1, errorOf: "squared-error" } as const;
  const told = adam(batch, { ...settings, start: truth });
  for (let task = 0; task < 3; task++) assertAlmostEquals(told.errors[2 * task]!, 0, 1e-10); // before any observation
  const zeros = adam(batch, { ...settings, start: new Float32Array(6) });
  assertEquals(zeros, adam(batch, settings));
});

Deno.test("runtimeBaselines() gets to the exact posterior with passes enough, from a start that costs a unit a weight", async () => {
  const sizes = { observations: 40, queries: 40, features: 3, noise: 0.5 };
  const { batch } = linearBatch({ ...sizes, tasks: 64, seed: 1 });
  const { batch: validation } = linearBatch({ ...sizes, tasks: 32, seed: 2 });
  const c = { batch, validation, perStep: 10, steps: 4, seed: 0, errorOf: "squared-error" } as const;
  const rows = await Effect.runPromise(runtimeBaselines({ ...c, passes: [1, 20] }));
  assertEquals(rows.map(({ passes, steps, observations }) => [passes, steps, observations]), [
    [1, 4, 40],
    [20, 4, 40],
    [1, 1, 40],
  ]);
  const exact = summarise(exactPosterior(batch, { perStep: 40, steps: 1, noise: 0.5 })).at(-1)!.mean;
  const [once, often, ridge] = rows.map(({ mean }) => mean) as [number, number, number];
  assertAlmostEquals(ridge, exact, 0.01);
  assert(often < 1.1 * exact && once > 1.5 * exact, `${once} after one pass, ${often} after twenty, exact ${exact}`);
  assert(rows.every(({ secondsPerTask }) => secondsPerTask > 0));
  const text = JSON.stringify({ schemaVersion: 1, device: "cpu", metric: "error", rows });
  assertEquals((await Effect.runPromise(decodeRuntime(text, "runtime.json"))).rows, rows);
});
