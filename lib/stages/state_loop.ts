import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { type LoopInput, type LoopOutput, refineGreedily, type RefinementStages } from "./detached_state_loop.ts";
import type { LossInput, StepLoss } from "./loss_aggregation.ts";
import type { NamedStage, Stage } from "./stage.ts";
import { refineUnrolled, type UnrollSettings } from "./unrolled_state_loop.ts";

/** How far gradients go back through the steps. */
export interface LoopSettings extends UnrollSettings {
  /** `each` holds the state at every step (greedy); `never` runs all steps under one tape. */
  readonly detach: "each" | "never";
}

/** The loop over K steps that the settings ask for: `refineGreedily` or `refineUnrolled`. */
export function stateLoop(
  stages: RefinementStages & { readonly lossAggregation: Stage<LossInput, StepLoss, ShapeMismatch> },
  c: LoopSettings,
): NamedStage<LoopInput, LoopOutput, ShapeMismatch> {
  return c.detach === "each" ? refineGreedily(stages) : refineUnrolled(stages, c);
}
