import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import {
  integers,
  type Key,
  keyFor,
  normals,
  permutation,
  purpose,
  randomBits,
  uniforms,
} from "../../lib/random/mod.ts";

const key = keyFor(2026, "training", 1);
const count = 1 << 17;
const average = (values: ArrayLike<number>, f: (value: number) => number) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += f(values[i]!);
  return sum / values.length;
};
/** Five standard errors of a mean of `count` values of this variance. */
const five = (variance: number) => 5 * Math.sqrt(variance / count);

const draws: Readonly<Record<string, (key: Key, count: number, first: number) => ArrayLike<number>>> = {
  randomBits,
  uniforms,
  normals,
  integers: (key, count, first) => integers(key, count, 1000, first),
};

for (const [name, draw] of Object.entries(draws)) {
  Deno.test(`${name}() draws any slice of a longer draw alone`, () =>
    fc.assert(fc.property(fc.nat(100), fc.nat(100), fc.nat(2 ** 40), (first, length, seed) => {
      const stream = keyFor(seed, "evaluation", seed);
      const whole = Array.from(draw(stream, first + length, 0));
      assertEquals(Array.from(draw(stream, length, first)), whole.slice(first));
    })));
}

Deno.test("randomBits() draws from positions beyond 2^32", () => {
  const first = 2 ** 33 + 1;
  assertEquals(randomBits(key, 3, first), randomBits(key, 8, first - 1).subarray(1, 4));
  assert(randomBits(key, 1, first)[0] !== randomBits(key, 1, 1)[0]);
});

Deno.test("uniforms() have a uniform distribution's moments and lie inside (0, 1)", () => {
  const values = uniforms(purpose(key, "uniforms"), count);
  assert(values.every((value) => value > 0 && value < 1));
  assertAlmostEquals(average(values, (u) => u), 1 / 2, five(1 / 12));
  assertAlmostEquals(average(values, (u) => u * u), 1 / 3, five(4 / 45));
});

Deno.test("normals() have a normal distribution's moments", () => {
  const values = normals(purpose(key, "normals"), count);
  assertAlmostEquals(average(values, (z) => z), 0, five(1));
  assertAlmostEquals(average(values, (z) => z ** 2), 1, five(2) + 1e-4);
  assertAlmostEquals(average(values, (z) => z ** 3), 0, five(15));
  assertAlmostEquals(average(values, (z) => z ** 4), 3, five(96) + 4e-3);
});

Deno.test("normals() follow the normal distribution function", () => {
  const values = normals(purpose(key, "shares"), count);
  for (
    const [bound, share] of [[-2, 0.0227501], [-1, 0.1586553], [0, 0.5], [0.5, 0.6914625], [3, 0.9986501]] as const
  ) {
    assertAlmostEquals(average(values, (z) => z < bound ? 1 : 0), share, five(share * (1 - share)) + 1e-5);
  }
});

Deno.test("draws of different purposes, and of neighbours in a stream, do not correlate", () => {
  const [x, y] = [normals(purpose(key, "x"), count), normals(purpose(key, "y"), count)];
  let between = 0, along = 0;
  for (let i = 1; i < count; i++) {
    between += x[i]! * y[i]!;
    along += x[i]! * x[i - 1]!;
  }
  assertLess(Math.abs(between / count), five(1));
  assertLess(Math.abs(along / count), five(1));
});

Deno.test("integers() give each number of the range its share", () => {
  const bound = 10, seen = new Float64Array(bound);
  for (const value of integers(purpose(key, "integers"), count, bound)) seen[value]! += 1;
  for (const share of seen) assertAlmostEquals(share / count, 1 / bound, five(0.09));
});

Deno.test("integers() are the high words of word times bound", () =>
  fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.nat(), (bound, seed) => {
    const stream = keyFor(seed, "validation", 0);
    const high = Array.from(randomBits(stream, 5), (word) => Number((BigInt(word) * BigInt(bound)) >> 32n));
    assertEquals(Array.from(integers(stream, 5, bound)), high);
  })));

Deno.test("permutation() holds each number once", () =>
  fc.assert(fc.property(fc.nat(200), fc.nat(), (size, seed) => {
    const order = permutation(keyFor(seed, "training", 0), size);
    assertEquals(order.toSorted(), Int32Array.from({ length: size }, (_, at) => at));
  })));

Deno.test("permutation() makes all orders of four equally likely", () => {
  const rounds = 24_000, seen = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const order = permutation(keyFor(5, "training", round), 4).join();
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  assertEquals(seen.size, 24);
  for (const times of seen.values()) assertAlmostEquals(times, rounds / 24, 5 * Math.sqrt(rounds / 24));
});
