/**
 * A stand-in for `jsr:@std/assert`: the same names and behaviour for what this project uses, so that its tests run where
 * JSR is out of reach. Delete `links` from the root `deno.json` and the original takes its place.
 *
 * ```ts
 * import { assert, assertEquals, assertThrows } from "@std/assert";
 * assert(1 + 1 === 2);
 * assertEquals(new Map([["a", 1]]), new Map([["a", 1]]));
 * assertThrows(() => assertEquals(1, 2));
 * ```
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export { assert, assertExists, assertFalse, assertInstanceOf, fail, type Falsy, unreachable } from "./basics.ts";
export { equal } from "./equal.ts";
export { assertEquals, assertNotEquals, assertNotStrictEquals, assertStrictEquals } from "./equals.ts";
export { assertAlmostEquals, assertGreater, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "./numbers.ts";
export { assertMatch, assertNotMatch, assertStringIncludes } from "./strings.ts";
export { assertRejects, assertThrows } from "./throws.ts";
