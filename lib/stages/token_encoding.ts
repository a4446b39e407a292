import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { RefineInput, Regime, Tokens } from "./regime.ts";
import { attempt, type NamedStage, stage } from "./stage.ts";

/**
 * Embeds state, observations, gradients and queries into tokens of the model's width, one learned linear encoder
 * per kind of input. In: the held state, its signal and one mini-batch. Out: `[tasks, positions, width]`, owned by
 * the caller. Source: arXiv 2510.11471, tokens; METHOD.md §4.
 */
export function encodeTokens(regime: Regime): NamedStage<RefineInput, Tokens, ShapeMismatch> {
  return stage(
    "token encoding",
    (input) => attempt(() => ({ ...regime.encode(input), lengths: input.lengths, input })),
  );
}
