import { assert, AssertionError } from "@std/assert";
import fc from "fast-check";

/** Asserts that a property fails on a mutant, by its own assertion and not by any crash. */
export function assertCatches<T>(property: fc.IRawProperty<T>, numRuns = 200): void {
  const result = fc.check(property, { numRuns, endOnFailure: true }) as fc.RunDetails<T>;
  assert(result.failed, `the property holds of the mutant in ${result.numRuns} cases`);
  const { errorInstance } = result;
  assert(errorInstance instanceof AssertionError, `failed otherwise than by its assertion: ${errorInstance}`);
}
