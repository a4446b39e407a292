import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { keyFor, randomBits } from "../../lib/random/mod.ts";
import { philox, philoxBlocks } from "../../lib/random/philox.ts";
import { compilePhilox, WASM_BLOCKS } from "../../lib/random/philox_wasm.ts";

type Four = [number, number, number, number];
const MASK = 0xffffffffn;

/** The definition, in whole numbers without bounds. */
function philoxReference(counter: Four, key: [number, number]): number[] {
  let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k, l] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const p = 0xd2511f53n * a, q = 0xcd9e8d57n * c;
    [a, b, c, d] = [(q >> 32n) ^ b ^ k, q & MASK, (p >> 32n) ^ d ^ l, p & MASK];
    k = (k + 0x9e3779b9n) & MASK;
    l = (l + 0xbb67ae85n) & MASK;
  }
  return [a, b, c, d].map(Number);
}

const ones = 0xffffffff;
/** Of Random123's file of known answers, the three of philox4x32 with 10 rounds. */
const knownAnswers: readonly [Four, [number, number], Four][] = [
  [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [[ones, ones, ones, ones], [ones, ones], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

Deno.test("philox() gives the three published known answers", () => {
  for (const [counter, key, words] of knownAnswers) assertEquals([...philox(counter, key)], words);
});

const word = fc.oneof(fc.nat(ones), fc.constantFrom(0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, ones));

Deno.test("philox() equals its definition in whole numbers without bounds", () =>
  fc.assert(fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
    assertEquals([...philox(counter, key)], philoxReference(counter, key));
  })));

Deno.test("philoxBlocks() counts on from block to block, past 2^32 to 0", () => {
  const words = new Uint32Array(12);
  philoxBlocks(words, 3, ones - 1, 2, 3, 4, 5, 6);
  const blocks = [ones - 1, ones, 0].flatMap((block) => philoxReference([block, 2, 3, 4], [5, 6]));
  assertEquals([...words], blocks);
});

Deno.test("compilePhilox() gives the words of philoxBlocks()", () => {
  const wasm = compilePhilox();
  assert(wasm !== undefined);
  const blocks = fc.constantFrom(1, 2, 9, WASM_BLOCKS);
  fc.assert(
    fc.property(
      blocks,
      fc.array(word, { minLength: 6, maxLength: 6 }),
      (blocks, [a = 0, b = 0, c = 0, d = 0, k = 0, l = 0]) => {
        const expected = new Uint32Array(4 * blocks);
        philoxBlocks(expected, blocks, a, b, c, d, k, l);
        wasm.blocks(blocks, a, b, c, d, k, l);
        assertEquals(wasm.words.slice(0, 4 * blocks), expected);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("randomBits() of any length are the words of philoxBlocks() under the key's counter", () => {
  const key = { seed: 2 ** 45 + 3, iteration: 2 ** 32 - 1, purpose: 5, split: 2 ** 31 };
  for (const blocks of [1, 7, 8, WASM_BLOCKS - 1, WASM_BLOCKS, 2 * WASM_BLOCKS + 1]) {
    const expected = new Uint32Array(4 * blocks);
    philoxBlocks(expected, blocks, ones - 2, key.iteration, key.purpose, key.split, 3, 2 ** 13);
    assertEquals(randomBits(key, 4 * blocks, 4 * (ones - 2)), expected);
  }
  assertEquals(randomBits(keyFor(1, "training", 0), 0).length, 0);
});
