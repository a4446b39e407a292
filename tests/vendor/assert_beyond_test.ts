/** Where the stand-in is stricter or shorter than the original: not run against the original. */
import { assertEquals, assertLess, assertStringIncludes, assertThrows, equal } from "../../vendor/assert/mod.ts";

Deno.test("assertEquals() folds what long values have in common", () => {
  const [a, b] = [new Float32Array(100_000), new Float32Array(100_000)];
  b[50_000] = 1;
  const { message } = assertThrows(() => assertEquals(a, b), Error);
  assertStringIncludes(message, "      0,\n");
  assertStringIncludes(message, "unchanged lines");
  assertLess(message.length, 2000);
});

Deno.test("equal() pairs each member of a set, and each key of a map, once", () => {
  assertEquals(equal(new Set([{ a: 1 }, { a: 1 }]), new Set([{ a: 1 }, { a: 2 }])), false);
  const map = (...keys: number[]) => new Map(keys.map((a) => [{ a }, 0]));
  assertEquals(equal(map(1, 1), map(1, 2)), false);
  assertEquals(equal(map(1, 2), map(2, 1)), true);
});
