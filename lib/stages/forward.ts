import type { Tensor4D } from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Model } from "../model/transformer.ts";
import type { Candidates, MaskedTokens, RefineInput, Regime } from "./regime.ts";
import { attempt, type NamedStage, stage } from "./stage.ts";

/** States after each prefix, and what they predict for the queries. */
export interface Refined {
  /** What went in. */
  readonly input: RefineInput;
  /** The states after each prefix, `[tasks, prefixes, …]`. */
  readonly candidates: Candidates;
  /** `[tasks, prefixes, queries, outputs]`: values, or logits of classes. Computed when they are first read. */
  readonly predictions: Tensor4D;
}

/**
 * Runs the model over masked tokens, decodes the states after each prefix and predicts the queries under each.
 * In: masked tokens. Out: candidates and predictions `[tasks, prefixes, queries, outputs]`, owned by the caller; the
 * latter are computed when they are read, under the tape or in the tidy of whoever reads them: inference, which reads
 * none, would spend more on them than on the model where a network predicts.
 */
export function forward(model: Model, regime: Regime): NamedStage<MaskedTokens, Refined, ShapeMismatch> {
  return stage("forward", (tokens) =>
    attempt(() => {
      const { weights, queryX } = tokens.input;
      const candidates = regime.decode(model.apply(weights, tokens.embedded, tokens.mask), tokens);
      let predictions: Tensor4D | undefined;
      return {
        input: tokens.input,
        candidates,
        get predictions() {
          return predictions ??= regime.predict(weights, candidates, queryX);
        },
      };
    }));
}
