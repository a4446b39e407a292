/**
 * What every assertion of this package throws when it does not hold.
 *
 * ```ts
 * import { assert, AssertionError, assertThrows } from "@std/assert";
 * assertThrows(() => assert(false), AssertionError);
 * ```
 */
export class AssertionError extends Error {
  /** Builds the error from its message and, by `options.cause`, what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}
