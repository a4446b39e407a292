import { Schema } from "effect";
import { type Transformer, transformer } from "../lib/model/transformer.ts";
import { regimeOf } from "../lib/regimes/regime_of.ts";
import { type Refinement, refinementFields } from "../lib/regimes/settings.ts";
import { refineGreedily } from "../lib/stages/detached_state_loop.ts";
import { forward } from "../lib/stages/forward.ts";
import { meanOverPrefixes } from "../lib/stages/loss_aggregation.ts";
import { maskCausal } from "../lib/stages/mask_causal.ts";
import { maskNonCausal } from "../lib/stages/mask_non_causal.ts";
import type { Regime } from "../lib/stages/regime.ts";
import type { TaskFamily } from "../lib/stages/task_family.ts";
import { sampleTasks } from "../lib/stages/task_sampling.ts";
import { encodeTokens } from "../lib/stages/token_encoding.ts";
import type { BuiltPipeline, CommonConfig, PipelineStages } from "../lib/training/pipeline.ts";
import { EvaluationSettings, Training } from "../lib/training/settings.ts";

/** A model that runs in a millisecond. */
export const tinyModel: Transformer = { width: 8, layers: 1, heads: 2, feedForward: 8 };

/** The default refinement, tiny, with these differences. */
export function tinyRefinement(differences: Partial<Refinement> = {}): Refinement {
  const defaults = Schema.decodeUnknownSync(Schema.Struct(refinementFields))({});
  const tiny = { steps: 2, observations: 3, latent: 4, predictor: { hidden: 4, features: 3 } };
  return { ...defaults, ...tiny, ...differences };
}

/** A whole configuration around a refinement. */
export function tinyConfig(refinement: Refinement, training: Partial<Training> = {}): CommonConfig {
  return {
    ...refinement,
    model: tinyModel,
    training: Schema.decodeUnknownSync(Training)({ tasks: 4, queries: 2, shards: 1, ...training }),
    evaluation: Schema.decodeUnknownSync(EvaluationSettings)({}),
  };
}

/** Wires the six stages for any family, as a pipeline file does. */
export function buildFor(refinement: Refinement, family: TaskFamily, model: Transformer = tinyModel): BuiltPipeline {
  return {
    family,
    model: transformer(model),
    stages: stagesOf(regimeOf({ refinement, family, width: model.width }), refinement.mask, family, model),
  };
}

/** The six stages around a regime, whoever made it. */
export function stagesOf(
  regime: Regime,
  mask: Refinement["mask"],
  family: TaskFamily,
  model: Transformer,
): PipelineStages {
  const once = {
    regime,
    tokenEncoding: encodeTokens(regime),
    masking: mask === "causal" ? maskCausal : maskNonCausal,
    forward: forward(transformer(model), regime),
  };
  const lossAggregation = meanOverPrefixes(family.loss);
  return {
    ...once,
    taskSampling: (sizes) => sampleTasks(family, sizes),
    lossAggregation,
    detachedStateLoop: refineGreedily({ ...once, lossAggregation }),
  };
}
