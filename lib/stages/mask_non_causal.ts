import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { contextPositions, noObservation, sees } from "./_layout.ts";
import { fromLengths } from "./from_lengths.ts";
import type { MaskedTokens, Tokens } from "./regime.ts";
import { type NamedStage, stage } from "./stage.ts";

/**
 * Lets all n visible observations, the state and the summary see each other; n is drawn once for everybody and
 * what lies beyond it is padding, seen by nobody. Queries see the n observations and themselves.
 * In and out as for `maskCausal`; the mask is `[1, positions, positions]`. Fails with {@linkcode ShapeMismatch} if there
 * is no observation, or if lengths differ by query. Source: arXiv 2510.11471, non-causal training.
 *
 * @example The second observation is padding
 * ```ts
 * import { maskNonCausal, type Tokens } from "@amortize/core/stages";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const layout = { lead: 1, observations: 2, perObservation: 1, summaries: 0, queries: 0 };
 * const tokens = { embedded: tf.zeros([1, 3, 8]), layout, lengths: 1 } as Partial<Tokens> as Tokens;
 * const { mask } = Effect.runSync(maskNonCausal(tokens));
 * assertEquals(await mask.data(), Uint8Array.of(1, 1, 0, 1, 1, 0, 1, 1, 0)); // nobody sees the last position
 * ```
 */
export const maskNonCausal: NamedStage<Tokens, MaskedTokens, ShapeMismatch> = stage("masking/non-causal", (tokens) => {
  const { layout, lengths, embedded } = tokens;
  if (layout.observations < 1) return Effect.fail(noObservation(embedded.shape));
  if (lengths instanceof Int32Array && lengths.length !== 1) return Effect.fail(oneLengthOnly(lengths.length));
  const context = contextPositions(layout);
  const positions = context + layout.queries;
  const maskOf = (visible: number): tf.Tensor3D => {
    const mask = new Uint8Array(positions * positions);
    for (let row = 0; row < positions; row++) {
      for (let column = 0; column < positions; column++) {
        const itself = row === column && layout.queriesAttendSelf !== false;
        mask[row * positions + column] = Number(column < context ? sees(layout, visible, column) : itself);
      }
    }
    return tf.tensor3d(mask, [1, positions, positions], "bool");
  };
  const mask = lengths === "all"
    ? maskOf(layout.observations)
    : typeof lengths === "number"
    ? maskOf(lengths)
    : fromLengths(lengths, ([visible = layout.observations]) => maskOf(visible));
  return Effect.succeed({ ...tokens, mask });
});

function oneLengthOnly(found: number): ShapeMismatch {
  return new ShapeMismatch({
    where: "masking/non-causal",
    expected: "one visible length for all tasks and queries",
    found: [found],
    remedy: "draw one length an iteration, or use the causal mask",
  });
}
