import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { exactPosterior, pointReference, ridge, summarise } from "../../lib/evaluation/mod.ts";
import { addObservations, emptyEquations, solveRidge } from "../../lib/evaluation/solve_normal_equations.ts";
import { linearBatch } from "./_batches.ts";

Deno.test("exactPosterior() is Σxy / (Σx² + σ²) in one dimension", () => {
  const noise = 0.7;
  const { batch } = linearBatch({ tasks: 5, observations: 6, queries: 3, features: 1, noise, seed: 1 });
  const { errors } = exactPosterior(batch, { perStep: 3, steps: 2, noise });
  for (let task = 0; task < 5; task++) {
    let xx = noise ** 2, xy = 0, expected = 0;
    for (let n = task * 6; n < task * 6 + 6; n++) {
      xx += batch.contextX[n]! ** 2;
      xy += batch.contextX[n]! * batch.contextY[n]!;
    }
    for (let q = task * 3; q < task * 3 + 3; q++) expected += (batch.queryY[q]! - batch.queryX[q]! * xy / xx) ** 2 / 3;
    assertAlmostEquals(errors[task * 3 + 2]!, expected, 1e-9 * (1 + expected));
  }
});

Deno.test("exactPosterior() has the known error at d = 8, N = 16, σ = 0.5", () => {
  const { batch } = linearBatch({ tasks: 600, observations: 80, queries: 32, features: 8, noise: 0.5, seed: 2 });
  const steps = summarise(exactPosterior(batch, { perStep: 16, steps: 5, noise: 0.5 }));
  for (const [k, known] of [8.25, 0.51, 0.336, 0.3, 0.286, 0.278].entries()) {
    const { mean, standardError } = steps[k]!;
    assert(Math.abs(mean - known) < 4 * standardError + 0.001, `step ${k}: ${mean} ± ${standardError}, not ${known}`);
  }
});

Deno.test("pointReference() equals the exact posterior after one step and is no better later", () => {
  const { batch, truth } = linearBatch({ tasks: 400, observations: 80, queries: 32, features: 8, noise: 0.5, seed: 3 });
  const c = { perStep: 16, steps: 5, noise: 0.5 };
  const exact = summarise(exactPosterior(batch, c)), point = summarise(pointReference(batch, { ...c, truth }));
  assertAlmostEquals(point[1]!.mean, exact[1]!.mean, 0.005); // the measured width of the prior is 1 to a percent
  for (let k = 2; k <= 5; k++) assert(point[k]!.mean > exact[k]!.mean);
});

Deno.test("solveRidge() solves (Σ x xᵀ + penalty) θ = Σ x yᵀ + penalty · prior", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(1e6),
      (features, count, seed) => {
        const { batch, truth: prior } = linearBatch({
          tasks: 1,
          observations: count,
          queries: 1,
          features,
          noise: 1,
          seed,
        });
        const sums = emptyEquations(features, 1);
        addObservations(sums, batch.contextX, batch.contextY, 0, count);
        const theta = solveRidge(sums, 0.3, Float64Array.from(prior));
        for (let i = 0; i < features; i++) {
          let left = 0.3 * theta[i]!, right = 0.3 * prior[i]!;
          for (let n = 0; n < count; n++) {
            const x = batch.contextX.subarray(n * features, (n + 1) * features);
            left += x[i]! * x.reduce((sum, value, j) => sum + value * theta[j]!, 0);
            right += x[i]! * batch.contextY[n]!;
          }
          assertAlmostEquals(left, right, 1e-8 * (1 + Math.abs(right)));
        }
      },
    ),
  ));

Deno.test("ridge() before any observation predicts zero", () => {
  const { batch } = linearBatch({ tasks: 2, observations: 4, queries: 5, features: 3, noise: 1, seed: 4 });
  const { errors } = ridge(batch, { perStep: 4, steps: 1, penalty: 1, errorOf: "squared-error" });
  assertEquals(errors[0], batch.queryY.subarray(0, 5).reduce((sum, y) => sum + y * y, 0) / 5);
});

Deno.test("summarise() gives mean and standard error over tasks", () => {
  const [first, second] = summarise({ tasks: 3, steps: 1, errors: Float64Array.of(1, 4, 2, 4, 6, 4) });
  assertAlmostEquals(first!.mean, 3);
  assertAlmostEquals(first!.standardError, Math.sqrt(7 / 3)); // variance 7 over 3 tasks
  assertEquals(second!.standardError, 0);
});
