import { Schema } from "effect";
import type { Model, Transformer } from "../lib/model/transformer.ts";
import { modelOf, regimeOf } from "../lib/regimes/regime_of.ts";
import { type Refinement, refinementFields } from "../lib/regimes/settings.ts";
import { stateLoop } from "../lib/stages/state_loop.ts";
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
  const network = modelOf(refinement, model);
  return {
    family,
    model: network,
    stages: stagesOf(regimeOf({ refinement, family, width: model.width }), refinement, family, network),
  };
}

/** The six stages around a regime, whoever made it. */
export function stagesOf(
  regime: Regime,
  c: Refinement,
  family: TaskFamily,
  model: Model,
): PipelineStages {
  const once = {
    regime,
    tokenEncoding: encodeTokens(regime),
    masking: c.mask === "causal" ? maskCausal : maskNonCausal,
    forward: forward(model, regime),
  };
  const lossAggregation = meanOverPrefixes(family.loss);
  return {
    ...once,
    taskSampling: (sizes) => sampleTasks(family, sizes),
    lossAggregation,
    detachedStateLoop: stateLoop({ ...once, lossAggregation }, c),
  };
}
