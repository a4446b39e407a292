import type { Effect } from "effect";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { BuiltPipeline } from "../training/pipeline.ts";
import type { EvaluateRequest } from "./evaluate_request.ts";
import type { Evaluation } from "./evaluation_file.ts";

/** A built pipeline that is measured in a way of its own. */
export interface OwnEvaluation extends BuiltPipeline {
  /** Takes the place of the standard comparison with limits and baselines for a prediction. */
  readonly evaluate: (request: EvaluateRequest) => Effect.Effect<Evaluation, ShapeMismatch>;
}

/** Whether a pipeline brings its own evaluation. */
export function hasOwnEvaluation(built: BuiltPipeline): built is OwnEvaluation {
  return "evaluate" in built;
}
