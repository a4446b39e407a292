import type { Effect } from "effect";
import type { Weights } from "../model/weights.ts";
import type { InferenceReplay } from "../training/inference_replay.ts";
import type { BuiltPipeline } from "../training/pipeline.ts";

/** What to measure. */
export interface ModelRunRequest {
  /** The pipeline's stages. */
  readonly built: BuiltPipeline;
  /** Trained weights; they stay the caller's. */
  readonly weights: Weights;
  /** Seed of the tasks. */
  readonly seed: number;
  /** Tasks to measure. */
  readonly tasks: number;
  /** Queries per task. */
  readonly queries: number;
  /** Observations per mini-batch. */
  readonly observations: number;
  /** Refinement steps, beyond the trained number where larger. */
  readonly steps: number;
  /** The trained number of steps K, from which on states are averaged. */
  readonly trainedSteps: number;
  /** Name of the random stream; the same name draws the same tasks. */
  readonly split: string;
  /** Whether to run the controls without iteration too. */
  readonly controls: boolean;
  /** Observations that the one-step control looks at, at most: attention's cost grows with their square. 1,024 unless said. */
  readonly together?: number;
  /** Replays refinements and predictions, with the same bits; left out, they run as they are. */
  readonly replay?: InferenceReplay | undefined;
  /** Called after each chunk with the tasks done. */
  readonly onProgress?: (tasksDone: number) => Effect.Effect<void>;
}
