import { Schema } from "effect";
import type { Refusal } from "./refuse.ts";
import { type Refinement, refinementFields } from "./settings.ts";

const defaults = Schema.decodeSync(Schema.Struct(refinementFields))({});

/**
 * The first of these settings that is not at its default: for a pipeline whose regime reads none of them, so that none
 * is accepted and does nothing. `undefined` if all are.
 *
 * @example A vector field has no labels to scale
 * ```ts
 * import { refinementFields, refuseUnread } from "@amortize/core/regimes";
 * import { assertEquals } from "@std/assert";
 * import { Schema } from "effect";
 *
 * const c = Schema.decodeSync(Schema.Struct(refinementFields))({ labelScale: 6 });
 * assertEquals(refuseUnread(c, ["labelScale"], "the vector field")?.path, ["labelScale"]);
 * assertEquals(refuseUnread(c, ["aggregate"], "the vector field"), undefined);
 * ```
 */
export function refuseUnread(
  c: Refinement,
  unread: readonly (keyof Refinement)[],
  reader: string,
): Refusal | undefined {
  const name = unread.find((name) => JSON.stringify(c[name]) !== JSON.stringify(defaults[name]));
  return name === undefined ? undefined : { path: [name], issue: `${reader} does not read it: leave it out` };
}
