import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { contextPositions, noObservation, sees } from "./_layout.ts";
import type { MaskedTokens, Tokens } from "./regime.ts";
import { type NamedStage, stage } from "./stage.ts";

/**
 * Lets all n visible observations, the state and the summary see each other; n is drawn once for everybody and
 * what lies beyond it is padding, seen by nobody. Queries see the n observations and themselves.
 * In and out as for `maskCausal`. Source: arXiv 2510.11471, non-causal training.
 */
export const maskNonCausal: NamedStage<Tokens, MaskedTokens, ShapeMismatch> = stage("masking/non-causal", (tokens) => {
  const { layout, lengths, embedded } = tokens;
  if (layout.observations < 1) return Effect.fail(noObservation(embedded.shape));
  if (lengths instanceof Int32Array) return Effect.fail(oneLengthOnly(lengths.length));
  const visible = lengths === "all" ? layout.observations : lengths;
  const context = contextPositions(layout);
  const positions = context + layout.queries;
  const mask = new Uint8Array(positions * positions);
  for (let row = 0; row < positions; row++) {
    for (let column = 0; column < positions; column++) {
      mask[row * positions + column] = Number(column < context ? sees(layout, visible, column) : row === column);
    }
  }
  return Effect.succeed({ ...tokens, mask: tf.tensor3d(mask, [1, positions, positions], "bool") });
});

function oneLengthOnly(found: number): ShapeMismatch {
  return new ShapeMismatch({
    where: "masking/non-causal",
    expected: "one visible length for all tasks and queries",
    found: [found],
    remedy: "draw one length an iteration, or use the causal mask",
  });
}
