import { Effect } from "effect";
import { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";
import { TableNotUsable } from "../lib/errors/table_not_usable.ts";

/** Why rows cannot be taken: of the wrong shape, or of values that a run cannot take. */
export type TableStreamError = ShapeMismatch | TableNotUsable;

/** Runs what throws {@linkcode TableNotUsable} or a shape's mismatch as an effect. */
export function attemptTable<A>(run: () => A): Effect.Effect<A, TableStreamError> {
  return Effect.suspend(() => {
    try {
      return Effect.succeed(run());
    } catch (thrown) {
      if (thrown instanceof TableNotUsable || thrown instanceof ShapeMismatch) return Effect.fail(thrown);
      throw thrown;
    }
  });
}
