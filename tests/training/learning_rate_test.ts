import fc from "fast-check";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { learningRate } from "../../lib/training/learning_rate.ts";

const schedule = { iterations: 100, learningRate: 2, warmUp: 0.1 };

Deno.test("learningRate() rises straight to its peak over the warm-up", () => {
  const rates = [0, 4, 9].map((iteration) => learningRate(schedule, iteration));
  [0.2, 1, 2].forEach((rate, i) => assertAlmostEquals(rates[i]!, rate, 1e-12));
});

Deno.test("learningRate() falls by a cosine: to half half-way, nearly to zero at the end", () => {
  assertEquals(learningRate(schedule, 10), 2);
  assertAlmostEquals(learningRate(schedule, 55), 1, 1e-12);
  assertAlmostEquals(learningRate(schedule, 85), 1 - Math.cos(Math.PI / 6), 1e-12);
  assertAlmostEquals(learningRate(schedule, 100), 0, 1e-12);
  assert(learningRate(schedule, 99) > 0, "the last iteration trains nothing");
});

Deno.test("learningRate() starts at the peak without warm-up, and ends on it when all is warm-up", () => {
  assertEquals(learningRate({ ...schedule, warmUp: 0 }, 0), 2);
  assertEquals(learningRate({ ...schedule, warmUp: 1 }, 99), 2);
  assertEquals(learningRate({ iterations: 1, learningRate: 2, warmUp: 0.04 }, 0), 2);
});

Deno.test("learningRate() stays positive up to its peak, rising before it and falling after", () => {
  const schedules = fc.record({
    iterations: fc.integer({ min: 1, max: 300 }),
    learningRate: fc.double({ min: 1e-6, max: 10, noNaN: true }),
    warmUp: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(fc.property(schedules, (c) => {
    const rates = Array.from({ length: c.iterations }, (_, iteration) => learningRate(c, iteration));
    const peak = rates.indexOf(Math.max(...rates));
    rates.forEach((rate, i) => {
      assert(rate > 0 && rate <= c.learningRate, `rate ${rate} at ${i}`);
      if (i > 0) assert(i <= peak ? rate > rates[i - 1]! : rate <= rates[i - 1]!, `rate ${rate} at ${i}, peak ${peak}`);
    });
  }));
});
