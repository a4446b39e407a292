import { AssertionError } from "./assertion_error.ts";
import { suffix } from "./_format.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E> = abstract new (...args: any[]) => E;

/** The arguments that follow the function, with the shorter form `(fn, msg)` told apart. */
interface Wanted {
  readonly errorClass: ErrorClass<Error> | undefined;
  readonly includes: string | undefined;
  readonly msg: string | undefined;
}

function wanted(
  classOrMsg: unknown,
  includesOrMsg: string | undefined,
  msg: string | undefined,
): Wanted {
  return typeof classOrMsg === "function"
    ? {
      errorClass: classOrMsg as ErrorClass<Error>,
      includes: includesOrMsg,
      msg,
    }
    : {
      errorClass: undefined,
      includes: undefined,
      msg: (classOrMsg as string | null | undefined) ?? includesOrMsg,
    };
}

/** Asserts that a caught error is what was wanted: of the class, its message containing the text. */
function check(
  error: unknown,
  { errorClass, includes, msg }: Wanted,
  how: "thrown" | "rejected",
): void {
  if (errorClass === undefined) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${how}${suffix(msg)}`, {
      cause: error,
    });
  }
  const found = error.constructor.name;
  if (!(error instanceof errorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${errorClass.name}", but was "${found}"${suffix(msg)}`,
      { cause: error },
    );
  }
  if (includes && !error.message.includes(includes)) {
    throw new AssertionError(
      `Expected error message to include ${JSON.stringify(includes)}, but got ${JSON.stringify(error.message)}${
        suffix(msg)
      }`,
      { cause: error },
    );
  }
}

/** Asserts that a function throws; gives back what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that a function throws an error of a class, whose message contains `msgIncludes`; gives back the error.
 *
 * ```ts
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => JSON.parse("{"), SyntaxError, "JSON");
 * ```
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: unknown,
  includesOrMsg?: string,
  msg?: string,
): unknown {
  const want = wanted(classOrMsg, includesOrMsg, msg);
  try {
    fn();
  } catch (error) {
    check(error, want, "thrown");
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(want.msg)}`);
}

/** Asserts that the promise a function gives rejects; gives back the reason. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/**
 * Asserts that the promise a function gives rejects with an error of a class, whose message contains `msgIncludes`;
 * gives back the error. A function that throws before giving a promise does not pass.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: unknown,
  includesOrMsg?: string,
  msg?: string,
): Promise<unknown> {
  const want = wanted(classOrMsg, includesOrMsg, msg);
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(want.msg)}`,
      { cause: error },
    );
  }
  if (typeof promise?.then !== "function") {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(want.msg)}`,
    );
  }
  try {
    await promise;
  } catch (error) {
    check(error, want, "rejected");
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(want.msg)}`);
}
