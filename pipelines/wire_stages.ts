import type { Model } from "../lib/model/mod.ts";
import {
  encodeTokens,
  forward,
  type LoopSettings,
  meanOverPrefixes,
  type RefinementStages,
  type Regime,
  sampleTasks,
  stateLoop,
  type TaskFamily,
} from "../lib/stages/mod.ts";
import type { BuiltPipeline, Distribution } from "../lib/training/mod.ts";

/** What a pipeline chooses; the rest of its six stages follows. */
export interface StageChoices {
  /** Where tasks come from and what they are measured in. */
  readonly family: TaskFamily;
  /** The network between tokens and states. */
  readonly model: Model;
  /** What the state is. */
  readonly regime: Regime;
  /** Who may look at whom. */
  readonly masking: RefinementStages["masking"];
}

/** The six stages around a regime and a model. */
export function wireStages({ family, model, regime, masking }: StageChoices, c: LoopSettings): BuiltPipeline {
  const once = { regime, tokenEncoding: encodeTokens(regime), masking, forward: forward(model, regime) };
  const lossAggregation = meanOverPrefixes(family.loss);
  return {
    family,
    model,
    stages: {
      ...once,
      taskSampling: (sizes) => sampleTasks(family, sizes),
      lossAggregation,
      detachedStateLoop: stateLoop({ ...once, lossAggregation }, c),
    },
  };
}

/** A family as another distribution that a trained model is evaluated on, by the family's name. */
export function distributionOf(family: TaskFamily): Distribution {
  return { name: family.name, family, taskSampling: (sizes) => sampleTasks(family, sizes) };
}
