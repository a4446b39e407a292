import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { keyFor } from "../../../lib/random/mod.ts";
import type { TaskFamily } from "../../../lib/stages/mod.ts";
import {
  alphabets,
  gaussianMixtures,
  heldOutLetters,
  letter,
  mixtureField,
  type MixtureTask,
  pointInside,
  trainedLetters,
} from "../../../lib/tasks/mod.ts";

await tf.setBackend("cpu");
const mixtures = gaussianMixtures({ dimension: 2, clusters: [1, 10], spread: 5, std: 0.3, scale: 0.2 });
const letters = alphabets({ scale: [0.75, 1.25], rotate: true }, "letters");
const families = [mixtures, gaussianMixtures({ dimension: 5, clusters: [3, 3], spread: 1, std: 1, scale: 1 }), letters];
const key = keyFor(4, "training", 0);

for (const family of families as TaskFamily[]) {
  Deno.test(`${family.name}, ${family.outputs}-d: a range drawn alone equals the same rows of a larger draw`, () => {
    const read = (first: number, count: number): number[][] =>
      (["context", "query"] as const).flatMap((role) =>
        ["training", "evaluation"].flatMap((split) => {
          const range = { first, count };
          const { x, y } = family.observe(family.drawTasks(key, range), { key, range, count: 7, role, split });
          return [x, y].map((tensor) => [...tensor.dataSync()]);
        })
      );
    const whole = read(0, 6), part = read(4, 2);
    whole.forEach((values, i) => assertEquals(values.slice(values.length * 2 / 3), part[i]));
  });

  Deno.test(`${family.name}, ${family.outputs}-d: targets of training have the true field as their mean`, () => {
    // E (x₁ − x₀ − v) g(x_t, t) = 0 for any g; here for several, to within four standard errors.
    const range = { first: 0, count: 40 }, count = 200, d = family.outputs;
    const drawn = family.drawTasks(key, range);
    const of = (split: string) => family.observe(drawn, { key, range, count, role: "query", split });
    const training = of("training"), truth = of("evaluation");
    assertEquals(training.x.dataSync(), truth.x.dataSync());
    const x = training.x.dataSync(), noise = training.y.sub(truth.y).dataSync();
    const tests: ((row: number) => number)[] = [
      () => 1,
      (row) => x[row * (d + 1) + d]! - 0.5,
      (row) => x[row * (d + 1)]!,
      (row) => Math.sin(3 * x[row * (d + 1)]!) * x[row * (d + 1) + d]!,
    ];
    for (const g of tests) {
      let sum = 0, squares = 0;
      for (let row = 0; row < 40 * count; row++) {
        const term = noise[row * d]! * g(row);
        sum += term;
        squares += term * term;
      }
      assert(Math.abs(sum) < 4 * Math.sqrt(squares), `${sum / Math.sqrt(squares)} standard errors`);
    }
    assert(noise.some((difference) => Math.abs(difference) > 0.1));
  });
}

Deno.test("mixtureField() of one Gaussian is the regression of x₁ − x₀ on x_t", () => {
  const [mean, std, t, x] = [0.7, 0.4, 0.3, 1.1];
  const slope = (t * std ** 2 - (1 - t)) / (t ** 2 * std ** 2 + (1 - t) ** 2); // covariance over variance
  const [field] = mixtureField({ dimension: 1, means: [mean], std }, [x, t]);
  assertAlmostEquals(field!, mean + slope * (x - t * mean), 1e-6);
});

Deno.test("mixtureField() of a letter is that of very many points of its area, until times see single points", () => {
  const { mixture, shape } = letter("R"), count = 40_000;
  const means = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) { // evenly spread by irrational steps
    const step = (by: number): number => (0.5 + i * by) % 1;
    pointInside(shape, [step(0.8191725134), step(0.6710436067), step(0.5497004779)], means, 2 * i);
  }
  const queries = [0.1, 0.5, 0.9, 0.95].flatMap((t) => [0.3, 0.5, t, -0.5 * t, 0.1, t]);
  const [rows, points] = [mixture, { dimension: 2, std: 0, means }].map((m) => mixtureField(m, queries));
  rows!.forEach((v, i) => assertAlmostEquals(v, points![i]!, 0.03)); // squared, a thousandth
});

Deno.test("gaussianMixtures() draws M between its bounds, means and points as wide as asked", () => {
  const family = gaussianMixtures({ dimension: 2, clusters: [2, 5], spread: 5, std: 0.3, scale: 0.2 });
  const range = { first: 0, count: 400 };
  const drawn: MixtureTask = family.drawTasks(key, range);
  assertEquals([...new Set(drawn.clusters)].sort(), [2, 3, 4, 5]);
  const variance = drawn.means.reduce((sum, x) => sum + x * x, 0) / drawn.means.length;
  assertAlmostEquals(variance, 1, 0.1); // 5 · 0.2
  const points = family.observe(drawn, { key, range, count: 20, role: "context", split: "training" }).y.dataSync();
  let within = 0;
  for (let task = 0; task < 400; task++) {
    const means = drawn.means.subarray(task * 10, task * 10 + 2 * drawn.clusters[task]!);
    for (let i = 0; i < 20; i++) {
      const at = (task * 20 + i) * 2;
      let nearest = Infinity;
      for (let m = 0; m < means.length; m += 2) {
        nearest = Math.min(nearest, (points[at]! - means[m]!) ** 2 + (points[at + 1]! - means[m + 1]!) ** 2);
      }
      within += nearest / 2 / 8000;
    }
  }
  assertAlmostEquals(Math.sqrt(within), 0.06, 0.003);
});

Deno.test("alphabets() trains on twenty letters and holds D H N T X Y out, none twice", () => {
  assertEquals([...trainedLetters + heldOutLetters].sort().join(""), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  assertEquals([...heldOutLetters].sort().join(""), "DHNTXY");
});

Deno.test("alphabets() turns letters by any angle and scales within its bounds", () => {
  const { turn } = letters.drawTasks(key, { first: 0, count: 2000 });
  const lengths = Array.from({ length: 2000 }, (_, i) => Math.hypot(turn[2 * i]!, turn[2 * i + 1]!));
  assert(lengths.every((length) => length > 0.749 && length < 1.251));
  const quadrants = [0, 0, 0, 0];
  for (let i = 0; i < 2000; i++) quadrants[2 * Number(turn[2 * i]! > 0) + Number(turn[2 * i + 1]! > 0)]! += 1 / 2000;
  quadrants.forEach((share) => assertAlmostEquals(share, 0.25, 0.04));
});
