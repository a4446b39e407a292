import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { linearSumAssignment } from "linear-sum-assignment";
import { assignment, wasserstein } from "../../../lib/evaluation/mod.ts";
import { normals, uniforms } from "../../backends.ts";

function totalOf(cost: Float64Array, size: number, columns: Int32Array): number {
  assertEquals(new Set(columns).size, size); // every row has a column of its own
  return columns.reduce((sum, column, row) => sum + cost[row * size + column]!, 0);
}

function bruteForce(cost: Float64Array, size: number, row = 0, taken = 0): number {
  if (row === size) return 0;
  let least = Infinity;
  for (let column = 0; column < size; column++) {
    if (taken & (1 << column)) continue;
    least = Math.min(least, cost[row * size + column]! + bruteForce(cost, size, row + 1, taken | (1 << column)));
  }
  return least;
}

// Few values, so that there are ties; negative ones too.
const costs = fc.integer({ min: 1, max: 6 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    cost: fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: 0, max: 9, noNaN: true })), {
      minLength: size * size,
      maxLength: size * size,
    }).map((values) => Float64Array.from(values)),
  })
);

Deno.test("assignment() costs what the best of all permutations costs", () => {
  fc.assert(
    fc.property(costs, ({ size, cost }) => {
      assertAlmostEquals(totalOf(cost, size, assignment(cost, size)), bruteForce(cost, size), 1e-9);
    }),
    { numRuns: 300 },
  );
  const next = uniforms(5), eight = Float64Array.from({ length: 64 }, next);
  assertAlmostEquals(totalOf(eight, 8, assignment(eight, 8)), bruteForce(eight, 8), 1e-12);
});

Deno.test("assignment() costs what npm:linear-sum-assignment finds for 200 rows", () => {
  for (const [seed, power] of [[1, 1], [2, 2]] as const) {
    const size = 200, [u, v] = normals(seed, [size, 2], [size, 2]).map(({ data }) => data);
    const cost = new Float64Array(size * size).map((_, at) => {
      const i = Math.floor(at / size), j = at % size;
      return Math.hypot(u![2 * i]! - 0.5 * v![2 * j]!, u![2 * i + 1]! - v![2 * j + 1]!) ** power;
    });
    const rows = Array.from({ length: size }, (_, i) => [...cost.subarray(i * size, (i + 1) * size)]);
    const other = linearSumAssignment(rows, { maximaze: false });
    assertAlmostEquals(totalOf(cost, size, assignment(cost, size)), other.gain, 1e-9);
  }
});

Deno.test("wasserstein() of a set with itself in another order is 0, of a moved one the way, and is symmetric", () => {
  const [a, b] = normals(7, [100, 3], [100, 3]).map(({ data }) => data);
  const turned = Float32Array.from({ length: 300 }, (_, at) => a![299 - (at - at % 3 + 2 - at % 3)]!);
  assertEquals(wasserstein(a!, turned, 3), { w1: 0, w2: 0 });
  const moved = wasserstein(a!, a!.map((x, i) => x + [0, 3, 4][i % 3]!), 3);
  assertAlmostEquals(moved.w2, 5, 1e-5);
  assertAlmostEquals(moved.w1, 5, 1e-5);
  const [there, back] = [wasserstein(a!, b!, 3), wasserstein(b!, a!, 3)];
  assertAlmostEquals(there.w1, back.w1, 1e-9);
  assertAlmostEquals(there.w2, back.w2, 1e-9);
  assert(there.w1 < there.w2); // by Jensen
});
