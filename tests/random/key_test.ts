import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidSeed, type Key, keyFor, purpose, randomBits } from "../../lib/random/mod.ts";

const text = (key: Key) => randomBits(key, 4).join();
const key = keyFor(7, "training", 3);

Deno.test("keyFor() gives another stream for another seed, split or iteration", () => {
  const keys = [
    key,
    keyFor(8, "training", 3),
    keyFor(7 + 2 ** 32, "training", 3),
    keyFor(7, "validation", 3),
    keyFor(7, "evaluation", 3),
    keyFor(7, "initialisation", 3),
    keyFor(7, "training", 4),
    keyFor(3, "training", 7),
    purpose(key, "x"),
    purpose(keyFor(7, "x", 3), "training"),
  ];
  assertEquals(new Set(keys.map(text)).size, keys.length);
});

Deno.test("keyFor() throws InvalidSeed unless the seed is a whole number from 0 to 2^53 - 1", () => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    const error = assertThrows(() => keyFor(seed, "training", 0), InvalidSeed);
    assertEquals([error._tag, error.found], ["InvalidSeed", seed]);
    assertStringIncludes(error.message, String(seed));
  }
  assertNotEquals(text(keyFor(2 ** 53 - 1, "training", 0)), text(keyFor(2 ** 53 - 2, "training", 0)));
});

Deno.test("purpose() gives no two of many names and pairs of names one stream", () => {
  const kinds = ["noise", "inputs", "weights", "task", "mask", "batch", "labels", "permutation", "projection", ""];
  const names = kinds.flatMap((kind) => [kind, ...Array.from({ length: 300 }, (_, at) => `${kind}${at}`)]);
  const single = names.map((name) => purpose(key, name));
  const nested = kinds.flatMap((outer) => names.slice(0, 400).map((inner) => purpose(purpose(key, outer), inner)));
  const purposes = [key, ...single, ...nested].map((each) => each.purpose);
  assertEquals(
    new Set(purposes).size,
    new Set([...names, ...names.slice(0, 400).flatMap((n) => kinds.map((k) => `${k}/${n}`))]).size + 1,
  );
});

Deno.test("purpose() tells nesting from joining and order from order", () =>
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const nested = purpose(purpose(key, a), b).purpose;
      for (const between of ["", "\0", "/", "\xff"]) assert(nested !== purpose(key, a + between + b).purpose);
      assert(nested !== purpose(key, a).purpose && nested !== purpose(key, b).purpose);
      if (a !== b) assert(nested !== purpose(purpose(key, b), a).purpose);
    }),
    { seed: 1 },
  ));

Deno.test("purpose() leaves seed, iteration and split as they are", () => {
  assertEquals({ ...purpose(key, "noise"), purpose: key.purpose }, key);
});
