import type { Effect } from "effect";
import type { Weights } from "../model/weights.ts";
import type { InferenceReplay } from "../training/inference_replay.ts";
import type { BuiltPipeline, CommonConfig } from "../training/pipeline.ts";

/** What to evaluate. */
export interface EvaluateRequest {
  /** The pipeline's name. */
  readonly pipeline: string;
  /** The pipeline's stages. */
  readonly built: BuiltPipeline;
  /** The configuration; `evaluation` says how many tasks, queries and steps. */
  readonly config: CommonConfig;
  /** Trained weights; they stay the caller's. */
  readonly weights: Weights;
  /** Seed of the evaluation tasks. */
  readonly seed: number;
  /** Whether to measure the model alone, without limits, baselines and controls; false unless said. */
  readonly modelOnly?: boolean;
  /** Replays refinements and predictions, with the same bits; left out, they run as they are. */
  readonly replay?: InferenceReplay | undefined;
  /** Called with what is being measured. */
  readonly onProgress?: (what: string) => Effect.Effect<void>;
}
