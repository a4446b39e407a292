import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
} from "@std/assert";
import fc from "fast-check";
import { stripVTControlCharacters } from "node:util";

/** The message of the AssertionError that `run` throws; the checks here do not lean on `assertThrows` alone. */
function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AssertionError) return stripVTControlCharacters(error.message);
    throw error;
  }
  throw new Error("nothing was thrown");
}

class Hidden {
  readonly #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value;
  }
}
class Empty {}
const cycle = (name: string) => {
  const record: Record<string, unknown> = { name };
  record["self"] = record;
  return record;
};
const bytes = (...values: number[]) => new Uint8Array(values);

const same: readonly (readonly [unknown, unknown])[] = [
  [NaN, NaN],
  [0, -0],
  [[1, [2, { a: 3 }]], [1, [2, { a: 3 }]]],
  [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  [new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])],
  [new Map<unknown, unknown>([["a", 1], [{ k: 1 }, [2]]]), new Map<unknown, unknown>([[{ k: 1 }, [2]], ["a", 1]])],
  [new Float32Array([NaN, 0]), new Float32Array([NaN, -0])],
  [bytes(1, 2).buffer, bytes(1, 2).buffer],
  [bytes(0, 1, 2).subarray(1), bytes(1, 2)],
  [new Date(5), new Date(5)],
  [new Date(NaN), new Date(NaN)],
  [/a/g, /a/g],
  [new URL("https://a.test/"), new URL("https://a.test")],
  [new Hidden(1), new Hidden(1)],
  [cycle("a"), cycle("a")],
  [{ [Symbol.for("s")]: 1 }, { [Symbol.for("s")]: 1 }],
];
const different: readonly (readonly [unknown, unknown])[] = [
  [1, "1"],
  [null, undefined],
  [{ a: undefined }, {}],
  [{ a: undefined, b: 1 }, { b: 1, c: undefined }],
  [[1, 2], [2, 1]],
  [[1], { 0: 1, length: 1 }],
  [new Empty(), {}],
  [new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  [new Map([["a", 1]]), new Map([["a", 2]])],
  [new Map([["a", undefined]]), new Map([["b", undefined]])],
  [bytes(1, 2), bytes(1, 3)],
  [bytes(1), bytes(1, 0)],
  [bytes(1), new Int8Array([1])],
  [bytes(1), [1]],
  [bytes(1).buffer, bytes(2).buffer],
  [new Date(5), new Date(6)],
  [/a/, /a/g],
  [new Hidden(1), new Hidden(2)],
  [cycle("a"), cycle("b")],
  [new Error("a"), new Error("b")],
  [() => 1, () => 1],
];

Deno.test("equal() finds equal what has the same structure", () => {
  for (const [a, b] of same) {
    if (!equal(a, b) || !equal(b, a)) throw new Error(`not equal: ${Deno.inspect([a, b])}`);
  }
});

Deno.test("equal() finds different what differs anywhere", () => {
  for (const [a, b] of different) {
    if (equal(a, b) || equal(b, a) || equal([{ a }], [{ a: b }])) throw new Error(`equal: ${Deno.inspect([a, b])}`);
  }
});

Deno.test("equal() holds for a structured clone, and no longer once a leaf is changed", () =>
  fc.assert(fc.property(fc.array(fc.object({ withMap: false, withDate: true }), { minLength: 1 }), (value) => {
    if (!equal(structuredClone(value), value)) throw new Error("the clone differs");
    if (equal([...structuredClone(value), 1], value)) throw new Error("a longer array is equal");
    if (equal([...value.slice(1), { ...value[0], added: {} }], value)) throw new Error("a further key is equal");
  })));

Deno.test("equal() throws at two WeakMaps, whose content it cannot see", () => {
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError, "WeakMap");
  assertFalse(equal(new WeakMap(), new WeakSet()));
});

Deno.test("assertEquals() shows the lines that differ, and only those as changed", () => {
  assertEquals({ a: [1] }, { a: [1] });
  const message = messageOf(() => assertEquals({ a: [1, 2], b: "x" }, { a: [1, 3], b: "x" }, "why"));
  assertStringIncludes(message, "Values are not equal: why");
  assertStringIncludes(message, "        1,\n-       2,\n+       3,\n");
  assertMatch(messageOf(() => assertEquals("a\nb\n", "a\nc\n")), /^- +b.*\n\+ +c/m);
});

Deno.test("assertNotEquals() and assertStrictEquals() throw where equality is not the one wanted", () => {
  assertNotEquals([1], [2]);
  assertStringIncludes(messageOf(() => assertNotEquals([1], [1], "why")), "not to be");
  assertStrictEquals(NaN, NaN);
  assertStringIncludes(messageOf(() => assertStrictEquals({ a: 1 }, { a: 1 })), "not reference-equal");
  assertStringIncludes(messageOf(() => assertStrictEquals(0, -0)), "not strictly equal");
});

Deno.test("assertThrows() gives back the error and checks class and message", () => {
  const error = new RangeError("too large");
  const thrower = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(thrower), error);
  assertStrictEquals(assertThrows(thrower, Error, "large"), error);
  assertEquals(
    messageOf(() => assertThrows(thrower, TypeError, "large", "why")),
    'Expected error to be instance of "TypeError", but was "RangeError": why',
  );
  assertStringIncludes(messageOf(() => assertThrows(thrower, RangeError, "small")), 'include "small"');
  assertEquals(messageOf(() => assertThrows(() => 1, "why")), "Expected function to throw: why");
  const textThrower = () => {
    throw "text";
  };
  assertEquals(messageOf(() => assertThrows(textThrower, Error)), "A non-Error object was thrown.");
});

Deno.test("assertRejects() wants a promise that rejects, not a throw", async () => {
  const error = await assertRejects(() => Promise.reject(new RangeError("far")), RangeError, "far");
  assertInstanceOf(error, RangeError);
  await assertRejects(() => assertRejects(() => Promise.resolve(1)), AssertionError, "Expected function to reject.");
  await assertRejects(
    () => assertRejects(() => Promise.reject(new Error("a")), TypeError),
    AssertionError,
    'instance of "TypeError"',
  );
  const thrower = (): Promise<never> => {
    throw new Error("at once");
  };
  await assertRejects(() => assertRejects(thrower), AssertionError, "Function throws when expected to reject.");
});

Deno.test("assertAlmostEquals() allows the tolerance, relative by default, and no more", () => {
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(1e20, 1e20 + 1e12);
  assertAlmostEquals(NaN, NaN);
  assertAlmostEquals(1, 1.5, 0.5);
  assertStringIncludes(messageOf(() => assertAlmostEquals(1, 1.5, 0.49)), 'delta "5e-1" is greater than "4.9e-1"');
  for (const [a, b] of [[1, 1.001], [0, NaN], [1, Infinity], [1e-8, 1.1e-8]] as const) {
    messageOf(() => assertAlmostEquals(a, b));
  }
});

Deno.test("each further assertion passes what it says and throws at the rest", () => {
  const passing = [
    () => assert(1),
    () => assertFalse(0),
    () => assertExists(0),
    () => assertGreater(2, 1),
    () => assertGreaterOrEqual(1, 1),
    () => assertLess(1, 2),
    () => assertLessOrEqual(1, 1),
    () => assertInstanceOf(new TypeError(), Error),
    () => assertMatch("abc", /b/),
    () => assertStringIncludes("abc", "bc"),
  ];
  for (const run of passing) run();
  const failing = {
    "message": () => assert(0, "message"),
    "text": () => assertFalse(1, "text"),
    "to not be null or undefined": () => assertExists(null),
    "Expect 1 > 1": () => assertGreater(1, 1),
    "Expect 1 >= 2": () => assertGreaterOrEqual(1, 2),
    "Expect 1 < 1": () => assertLess(1, 1),
    "Expect NaN <= 1": () => assertLessOrEqual(NaN, 1),
    'instance of "TypeError" but was "Error"': () => assertInstanceOf(new Error(), TypeError),
    "to match": () => assertMatch("abc", /d/),
    "to contain": () => assertStringIncludes("abc", "d"),
    "Failed assertion: why": () => fail("why"),
  };
  for (const [part, run] of Object.entries(failing)) assertStringIncludes(messageOf(run), part);
});
