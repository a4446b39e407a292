import type { Effect, Schema } from "effect";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Model, Transformer } from "../model/transformer.ts";
import type { Refinement } from "../regimes/settings.ts";
import type { LoopInput, LoopOutput, RefinementStages } from "../stages/detached_state_loop.ts";
import type { LossInput, StepLoss } from "../stages/loss_aggregation.ts";
import type { Stage } from "../stages/stage.ts";
import type { TaskFamily } from "../stages/task_family.ts";
import type { SampledTasks, SampleRequest, SampleSizes } from "../stages/task_sampling.ts";
import type { TaskData } from "../tasks/labelled_data.ts";
import type { DataError } from "../tasks/read_images.ts";
import type { EvaluationSettings, Training } from "./settings.ts";

/** The part of a pipeline's configuration that every pipeline has. */
export interface CommonConfig extends Refinement {
  /** Sizes of the transformer. */
  readonly model: Transformer;
  /** How it trains. */
  readonly training: Training;
  /** How it is measured. */
  readonly evaluation: EvaluationSettings;
}

/** The six stages, wired. */
export interface PipelineStages extends RefinementStages {
  /** Draws tasks of these sizes. */
  readonly taskSampling: (sizes: SampleSizes) => Stage<SampleRequest, SampledTasks>;
  /** From predictions and labels to a step's loss. */
  readonly lossAggregation: Stage<LossInput, StepLoss, ShapeMismatch>;
  /** K steps, greedy or under one tape: gradients added up, losses by step and prefix. */
  readonly detachedStateLoop: Stage<LoopInput, LoopOutput, ShapeMismatch>;
}

/** What a decoded configuration builds: plain values and stages. */
export interface BuiltPipeline {
  /** Where tasks come from and what they are measured in. */
  readonly family: TaskFamily;
  /** Weights and forward pass of the transformer. */
  readonly model: Model;
  /** The six stages. */
  readonly stages: PipelineStages;
  /** Other tasks that a trained model is evaluated on, out of distribution; their sizes are the family's. */
  readonly distributions?: readonly Distribution[];
}

/** Tasks of another distribution than the trained one. */
export interface Distribution {
  /** As tables show it, such as `fashion-mnist`. */
  readonly name: string;
  /** Where the tasks come from. */
  readonly family: TaskFamily;
  /** Draws them. */
  readonly taskSampling: PipelineStages["taskSampling"];
}

/** Plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * A pipeline is a value: a name, a schema of its configuration, presets, and how a decoded configuration becomes
 * stages. It can be printed, hashed, saved and rebuilt.
 */
export interface Pipeline<Config extends CommonConfig = CommonConfig> {
  /** What it is called on the command line and in run folders. */
  readonly name: string;
  /** One line for `deno task list`. */
  readonly description: string;
  /** Decodes the configuration strictly; an empty one gives the defaults. */
  // The encoded side is what a person writes; every key of it has a default.
  readonly config: Schema.Codec<Config, unknown>;
  /** Named differences from the defaults. `quick` is what runs when none is named. */
  readonly presets: Readonly<Record<string, JsonObject>>;
  /** Other methods by name: the differences that make this pipeline one of them, on top of any preset. */
  readonly methods?: Readonly<Record<string, JsonObject>>;
  /** Reads the data sets that tasks are drawn from, out of the folder that holds them; left out where there are none. */
  readonly data?: (config: Config, folder: string | undefined) => Effect.Effect<TaskData, DataError>;
  /** Makes stages of a decoded configuration. Without its data a pipeline refines and predicts, and draws no tasks. */
  readonly build: (config: Config, data?: TaskData) => BuiltPipeline;
}

/** Declares a pipeline; the types of its configuration are inferred. */
export function pipeline<Config extends CommonConfig>(declared: Pipeline<Config>): Pipeline<Config> {
  return declared;
}
