import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { drawPlace, type DrawStart, drawStart, type Key } from "../../lib/random/mod.ts";

const word = fc.nat(2 ** 32 - 1);
const keys: fc.Arbitrary<Key> = fc.record({ seed: fc.maxSafeNat(), iteration: word, purpose: word, split: word });
const firsts = fc.oneof(fc.nat(9), fc.nat(2 ** 32 - 1).chain((block) => fc.nat(3).map((word) => 4 * block + word)));

/** Whether a place can be read back. */
const returns = (read: (place: Int32Array) => DrawStart) =>
  fc.property(keys, firsts, (key, first) => assertEquals(read(drawPlace(key, first)), { key, first }));

Deno.test("drawStart() gives back the key and the first element that drawPlace() was given", () =>
  fc.assert(returns(drawStart)));

Deno.test("that property fails where words are read with a sign", () => {
  const signed = (place: Int32Array): DrawStart => {
    const { key, first } = drawStart(place);
    return { key: { ...key, split: place[4]! }, first };
  };
  assert(fc.check(returns(signed)).failed);
});
