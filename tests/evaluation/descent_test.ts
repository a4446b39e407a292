import { Effect } from "effect";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { adam, chooseOnGrid, passesToMatch, sgd, summarise } from "../../lib/evaluation/mod.ts";
import { linearBatch } from "./_batches.ts";

const errorOf = "squared-error";

Deno.test("sgd() takes the step −rate · mean gradient from zero", () => {
  const { batch } = linearBatch({ tasks: 1, observations: 4, queries: 1, features: 1, noise: 0.1, seed: 1 });
  const { errors } = sgd(batch, { perStep: 4, steps: 1, rate: 0.1, passes: 1, errorOf });
  let gradient = 0;
  for (let n = 0; n < 4; n++) gradient -= 2 * batch.contextY[n]! * batch.contextX[n]! / 4;
  assertAlmostEquals(errors[1]!, (batch.queryY[0]! + 0.1 * gradient * batch.queryX[0]!) ** 2, 1e-9);
});

Deno.test("adam() moves every number by its rate at the first step", () => {
  const { batch } = linearBatch({ tasks: 1, observations: 4, queries: 1, features: 1, noise: 0.1, seed: 1 });
  const { errors } = adam(batch, { perStep: 4, steps: 1, rate: 0.25, passes: 1, errorOf });
  const towards = Math.sign(batch.contextX.reduce((sum, x, n) => sum + x * batch.contextY[n]!, 0));
  assertAlmostEquals(errors[1]!, (batch.queryY[0]! - 0.25 * towards * batch.queryX[0]!) ** 2, 1e-5);
});

Deno.test("sgd() and adam() at their best rates have the known errors after one pass, and improve with passes", () => {
  const { batch } = linearBatch({ tasks: 300, observations: 80, queries: 32, features: 8, noise: 0.5, seed: 2 });
  const after = (run: typeof sgd, rate: number, passes: number): number =>
    summarise(run(batch, { perStep: 16, steps: 5, rate, passes, errorOf }))[5]!.mean;
  const best = (run: typeof sgd, grid: readonly number[], passes: number): number => {
    const choice = Effect.runSync(chooseOnGrid({ grid, measure: (rate) => after(run, rate, passes) }));
    assert(choice.inside);
    return choice.tried.find(({ value }) => value === choice.chosen)!.error;
  };
  const rates = [0.05, 0.1, 0.2];
  assertAlmostEquals(best(sgd, rates, 1), 0.4, 0.06); // on this grid; 0.369 on a finer one
  assertAlmostEquals(best(adam, [0.1, 0.3, 1], 1), 1.54, 0.2);
  assert(best(sgd, rates, 10) < best(sgd, rates, 1));
});

Deno.test("chooseOnGrid() goes on at an edge until the optimum is inside", () => {
  const measure = (x: number) => (Math.log2(x) - 5) ** 2;
  const { chosen, inside, tried } = Effect.runSync(chooseOnGrid({ grid: [1, 2, 4], measure }));
  assertEquals([chosen, inside], [32, true]);
  assertEquals(tried.map(({ value }) => value), [1, 2, 4, 8, 16, 32, 64]);
});

Deno.test("chooseOnGrid() says when the optimum stays at an edge, and passes over what diverged", () => {
  const choose = (c: Parameters<typeof chooseOnGrid>[0]) => Effect.runSync(chooseOnGrid(c));
  assertEquals(choose({ grid: [1, 2], measure: (x) => -x, extensions: 3 }).inside, false);
  assertEquals(choose({ grid: [1, 2, 4], measure: (x) => x > 2 ? NaN : (x - 2) ** 2 }).chosen, 2);
});

Deno.test("chooseOnGrid() takes the middle where the value does not matter, and looks no further", () => {
  const { chosen, inside, tried } = Effect.runSync(chooseOnGrid({ grid: [1, 2, 4, 8, 16], measure: () => 7 }));
  assertEquals([chosen, inside, tried.length], [4, true, 5]);
});

Deno.test("passesToMatch() finds the fewest passes, or none, and tries no more than it may", () => {
  const find = (target: number, most: number) =>
    Effect.runSync(passesToMatch(target, most, (passes) => Effect.succeed(1 / passes)));
  assertEquals(find(0.3, Infinity), { matched: 5, tried: 200 });
  assertEquals(find(0, Infinity), { tried: 200 });
  assertEquals(find(0.01, 60), { tried: 50 });
  assertEquals(find(1, 0), { matched: 1, tried: 1 });
});
