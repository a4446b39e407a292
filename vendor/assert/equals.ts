import { AssertionError } from "./assertion_error.ts";
import { diffLines, diffMessage } from "./_diff.ts";
import { format, suffix } from "./_format.ts";
import { equal } from "./equal.ts";

function difference(actual: unknown, expected: unknown): string {
  const longTexts = typeof actual === "string" &&
    typeof expected === "string" && /\n/.test(actual + expected);
  const lines = (value: unknown) =>
    longTexts
      ? (value as string).split("\n").map((line) => JSON.stringify(line).slice(1, -1))
      : format(value).split("\n");
  return diffMessage(diffLines(lines(actual), lines(expected)));
}

/**
 * Asserts that two values are {@linkcode equal}; the message shows where they differ.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals({ a: [1] }, { a: [1] });
 * ```
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}${difference(actual, expected)}`,
  );
}

/** Asserts that two values are not {@linkcode equal}. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${suffix(msg)}`,
  );
}

/** Asserts that two values are the same by `Object.is`: one reference, and `0` is not `-0`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const text = format(actual);
  if (text === format(expected)) {
    const indented = text.split("\n").map((line) => `    ${line}`).join("\n");
    throw new AssertionError(
      `Values have the same structure but are not reference-equal${suffix(msg)}\n\n${indented}\n`,
    );
  }
  throw new AssertionError(
    `Values are not strictly equal${suffix(msg)}${difference(actual, expected)}`,
  );
}

/** Asserts that two references differ, by `Object.is`. */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${format(actual)}${suffix(msg)}\n`,
  );
}
