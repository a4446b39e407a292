import { Effect, Schema } from "effect";
import { evaluateGeneration, Generation, type OwnEvaluation } from "../lib/evaluation/mod.ts";
import { Transformer, transformer } from "../lib/model/mod.ts";
import {
  type Refinement,
  refinementFields,
  refuse,
  refuseUnread,
  VectorField,
  vectorField,
} from "../lib/regimes/mod.ts";
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
import { distributionOf, wireStages } from "./wire_stages.ts";

/** What is particular about a pipeline that generates points. */
export interface GenerationPipeline<Task> {
  /** What it is called on the command line and in run folders. */
  readonly name: string;
  /** One line for `deno task list`. */
  readonly description: string;
  /** Decodes the settings of the densities; every field needs a default. */
  readonly task: Schema.Codec<Task, Partial<Task>>;
  /** Flow matching on those densities. */
  readonly family: (task: Task) => TaskFamily;
  /** Families that a trained model is evaluated on too, out of distribution. */
  readonly elsewhere?: (task: Task) => readonly TaskFamily[];
  /** Named differences from the defaults; the first runs when none is named. */
  readonly presets: Readonly<Record<string, JsonObject>>;
}

/** The common configuration with the densities, the field's memory, and how points are generated and compared. */
export type GenerationConfig<Task> = CommonConfig & {
  readonly task: Task;
  readonly field: VectorField;
  readonly generation: Generation;
};

const pointsAlone = { data: true, residual: false, gradient: "none" } as const;

/**
 * A pipeline that learns to generate points of a density from examples: implicit amortization of the vector field of
 * flow matching. Measured by the excess field error, and by W₁ and W₂ of generated points. Source: METHOD.md §7.
 */
export function generationPipeline<Task>(declared: GenerationPipeline<Task>): Pipeline<GenerationConfig<Task>> {
  const config = Schema.Struct({
    task: defaulted(declared.task),
    field: defaulted(VectorField),
    ...refinementFields,
    regime: Schema.Literals(["implicit"]).pipe(Schema.withDecodingDefaultKey(Effect.succeed("implicit" as const))),
    signal: refinementFields.signal.pipe(Schema.withDecodingDefaultKey(Effect.succeed(pointsAlone))),
    model: defaulted(Transformer),
    training: defaulted(Training),
    evaluation: defaulted(EvaluationSettings),
    generation: defaulted(Generation),
  }).check(Schema.makeFilter((c) => refused(c as unknown as Refinement, declared.family(c.task as Task))));
  return {
    name: declared.name,
    description: declared.description,
    config: config as unknown as Schema.Codec<GenerationConfig<Task>, unknown>,
    presets: declared.presets,
    build: (c): OwnEvaluation => ({
      ...fieldStages(c, declared.family(c.task)),
      evaluate: (request) => evaluateGeneration(request, c.generation),
      distributions: (declared.elsewhere?.(c.task) ?? []).map(distributionOf),
    }),
  };
}

function refused(c: Refinement, family: TaskFamily) {
  if (c.implicitState === "hidden") {
    return {
      path: ["implicitState"],
      issue: "the state is the field itself, which kernels and steps go by: use logits",
    };
  }
  return refuse(c, family) ?? refuseUnread(c, unread, "a vector field");
}

/** Settings of other regimes and of labels. */
const unread = [
  "latent",
  "predictor",
  "implicitState",
  "labelScale",
  "queriesAttendSelf",
  "tiedDecoder",
  "aggregate",
  "descent",
] as const;

/** The six stages around a vector field as the state. */
function fieldStages(c: CommonConfig & { readonly field: VectorField }, family: TaskFamily): BuiltPipeline {
  const model = transformer(c.model);
  const regime = vectorField({ refinement: c, family, width: c.model.width }, c.field);
  return wireStages({ family, model, regime, masking: c.mask === "causal" ? maskCausal : maskNonCausal }, c);
}
