import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { adam, ridge, sgd, summarise } from "../../lib/evaluation/mod.ts";
import { meanGradient } from "../../lib/evaluation/gradient_descent.ts";
import { logisticRegression } from "../../lib/evaluation/logistic_regression.ts";
import { ridgeErrorAt } from "../../lib/evaluation/ridge.ts";
import { linearError, sliceTasks, taskAt } from "../../lib/evaluation/task_batch.ts";
import { classBatch, linearBatch } from "./_batches.ts";

const sizes = { tasks: 20, observations: 60, queries: 25, features: 6, classes: 4, seed: 1 };

Deno.test("ridge() on one-hot labels separates classes that lie far apart, and guesses before any observation", () => {
  const batch = classBatch({ ...sizes, spread: 0.01 });
  const steps = summarise(ridge(batch, { perStep: 20, steps: 3, penalty: 1e-3, errorOf: "misclassified" }));
  assert(Math.abs(steps[0]!.mean - 75) < 15, `${steps[0]!.mean}`);
  assert(steps[3]!.mean < 10);
});

Deno.test("ridgeErrorAt() is ridge() after that many observations", () => {
  const batch = classBatch({ ...sizes, spread: 1 });
  const c = { penalty: 0.5, errorOf: "misclassified" } as const;
  const { mean } = summarise(ridge(batch, { ...c, perStep: 20, steps: 3 }))[2]!;
  assertAlmostEquals(ridgeErrorAt(batch, { errorOf: c.errorOf, observations: 40 })(c.penalty), mean, 1e-12);
});

Deno.test("linearError() counts in percent the queries given another class", () => {
  const batch = {
    ...{ tasks: 1, observations: 0, queries: 4, features: 1, outputs: 2 },
    contextX: new Float32Array(0),
    contextY: new Float32Array(0),
    queryX: Float32Array.of(1, 1, 1, -1),
    queryY: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1),
  };
  assertEquals(linearError(batch, taskAt(batch, 0), Float64Array.of(2, 1), "misclassified"), 25);
});

Deno.test("meanGradient() of softmax regression equals finite differences of its loss", () => {
  const batch = classBatch({ ...sizes, tasks: 1, spread: 1 });
  const task = taskAt(batch, 0), size = sizes.features * sizes.classes;
  const theta = Float64Array.from({ length: size }, (_, i) => Math.sin(i));
  const loss = (at: Float64Array): number => {
    let total = 0;
    for (let n = 5; n < 15; n++) {
      const logits = Array.from({ length: 4 }, (_, c) => {
        let sum = 0;
        for (let i = 0; i < 6; i++) sum += task.x[n * 6 + i]! * at[i * 4 + c]!;
        return sum;
      });
      const label = task.y.subarray(n * 4, n * 4 + 4).indexOf(1);
      total -= Math.log(Math.exp(logits[label]!) / logits.reduce((sum, v) => sum + Math.exp(v), 0)) / 10;
    }
    return total;
  };
  const gradient = new Float64Array(size);
  meanGradient(batch, task, theta, 5, 15, "misclassified", gradient);
  for (let i = 0; i < size; i++) {
    const moved = (by: number) => loss(theta.map((value, j) => j === i ? value + by : value));
    assertAlmostEquals(gradient[i]!, (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-8);
  }
});

Deno.test("logisticRegression() ends where the gradient of its penalised loss vanishes", () => {
  const batch = classBatch({ ...sizes, tasks: 1, queries: 60, spread: 1 });
  // The other route: plain descent, long enough.
  const penalty = 2, gradient = new Float64Array(24), theta = new Float64Array(24);
  for (let i = 0; i < 4000; i++) {
    meanGradient(batch, taskAt(batch, 0), theta, 0, 60, "misclassified", gradient);
    for (let j = 0; j < 24; j++) theta[j]! -= 0.005 * (60 * gradient[j]! + penalty * theta[j]!);
  }
  const { errors } = logisticRegression(batch, { perStep: 60, steps: 1, penalty, tolerance: 1e-8 });
  assertEquals(errors[1], linearError(batch, taskAt(batch, 0), theta, "misclassified"));
});

Deno.test("logisticRegression() is at least as good as one pass of sgd() and adam() at any rate tried", () => {
  const batch = classBatch({ ...sizes, tasks: 40, spread: 1.5 });
  const c = { perStep: 20, steps: 3 };
  const logistic = summarise(logisticRegression(batch, { ...c, penalty: 3 }))[3]!.mean;
  for (const run of [sgd, adam]) {
    for (const rate of [0.01, 0.05, 0.2]) {
      assert(logistic <= summarise(run(batch, { ...c, rate, passes: 1, errorOf: "misclassified" }))[3]!.mean + 0.5);
    }
  }
});

Deno.test("sliceTasks() takes the same rows as a smaller batch has, and no more than there are", () => {
  const { batch } = linearBatch({ tasks: 6, observations: 4, queries: 3, features: 2, noise: 1, seed: 3 });
  const c = { perStep: 2, steps: 2, penalty: 1, errorOf: "squared-error" } as const;
  const all = ridge(batch, c).errors;
  assertEquals(ridge(sliceTasks(batch, 2, 3), c).errors, all.slice(2 * 3, 5 * 3));
  assertEquals(sliceTasks(batch, 4, 9).tasks, 2);
});
