import { type Effect, Schema } from "effect";
import { Transformer } from "../lib/model/mod.ts";
import { modelOf, refinementFields, refuse, refuseTies, regimeOf } from "../lib/regimes/mod.ts";
import { maskCausal, maskNonCausal, type TaskFamily } from "../lib/stages/mod.ts";
import {
  type BuiltPipeline,
  type CommonConfig,
  defaulted,
  EvaluationSettings,
  type JsonObject,
  type Pipeline,
  Training,
} from "../lib/training/mod.ts";
import type { DataError, TaskData } from "../lib/tasks/mod.ts";
import { type MethodRegimes, methodsWith } from "./methods.ts";
import { distributionOf, wireStages } from "./wire_stages.ts";

/** What is particular about a pipeline of the standard stages. */
export interface StandardPipeline<Task> {
  /** What it is called on the command line and in run folders. */
  readonly name: string;
  /** One line for `deno task list`. */
  readonly description: string;
  /** Decodes the settings of the task family; every field needs a default. */
  readonly task: Schema.Codec<Task, Partial<Task>>;
  /** The task family that decoded settings describe; without data one that knows its sizes and draws nothing. */
  readonly family: (task: Task, data?: TaskData) => TaskFamily;
  /** Reads the data sets that tasks are drawn from; left out where there are none. */
  readonly data?: (task: Task, folder: string | undefined) => Effect.Effect<TaskData, DataError>;
  /** Families that a trained model is evaluated on too, out of distribution. */
  readonly elsewhere?: (task: Task, data: TaskData) => readonly TaskFamily[];
  /** Named differences from the defaults; the first runs when none is named. */
  readonly presets: Readonly<Record<string, JsonObject>>;
  /** What its data want of other methods, by regime. */
  readonly methods?: MethodRegimes;
}

/** The standard configuration with the settings of a task family. */
export type StandardConfig<Task> = CommonConfig & { readonly task: Task };

/** Every setting of a refinement but its sizes, at its default, and a plain network: what other methods begin with. */
const methodDefaults: JsonObject = (() => {
  const { steps: _K, observations: _N, latent: _z, predictor: _f, ...rest } = Schema.decodeSync(
    Schema.Struct(refinementFields),
  )({});
  return { ...rest as unknown as JsonObject, model: { tiedAttention: 0, tiedOutput: 0 } };
})();

/**
 * A pipeline of the six standard stages for a task family. Its configuration is the family's own settings under `task`,
 * beside `model`, `training`, `evaluation` and the fields of a refinement; settings that make no sense together are
 * refused when it is decoded.
 */
export function standardPipeline<Task>(declared: StandardPipeline<Task>): Pipeline<StandardConfig<Task>> {
  const config = Schema.Struct({
    task: defaulted(declared.task),
    ...refinementFields,
    model: defaulted(Transformer),
    training: defaulted(Training),
    evaluation: defaulted(EvaluationSettings),
  }).check(
    Schema.makeFilter((c) =>
      refuse(c, declared.family(c.task as Task)) ??
        (c.regime === "descent" || c.aggregate === "mean" ? refuseTies(c.model, "the chosen network") : undefined)
    ),
  );
  const { data: read, elsewhere } = declared;
  return {
    name: declared.name,
    description: declared.description,
    config: config as unknown as Schema.Codec<StandardConfig<Task>, unknown>,
    presets: declared.presets,
    methods: methodsWith(methodDefaults, declared.methods),
    ...(read === undefined ? {} : { data: (c, folder) => read(c.task, folder) }),
    build: (c, data) => ({
      ...standardStages(c, declared.family(c.task, data)),
      distributions: data === undefined ? [] : (elsewhere?.(c.task, data) ?? []).map(distributionOf),
    }),
  };
}

/** The six standard stages, wired as the configuration says. */
export function standardStages(c: CommonConfig, family: TaskFamily): BuiltPipeline {
  const model = modelOf(c, c.model);
  const regime = regimeOf({ refinement: c, family, width: c.model.width });
  return wireStages({ family, model, regime, masking: c.mask === "causal" ? maskCausal : maskNonCausal }, c);
}
