import { Effect } from "effect";
import type { DeviceLost } from "../errors/device_lost.ts";
import type { RankLost } from "../errors/rank_lost.ts";
import type { ShaderFailed } from "../errors/shader_failed.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { CommonConfig } from "./pipeline.ts";
import type { GradientSource } from "./shards.ts";
import { type IterationReport, trainIteration } from "./train_iteration.ts";
import type { TrainingState } from "./training_state.ts";

/** An optimiser step that was taken, or is on its way on the device. */
export interface Iterated {
  /** The state after it; go on with it alone. */
  readonly state: TrainingState;
  /**
   * What it tells, once its numbers are there. Where one is not finite, the state holds what it held before this step, and
   * no later step has changed it.
   */
  readonly report: Effect.Effect<IterationReport, DeviceLost | ShaderFailed>;
}

/** How a training takes its optimiser steps. */
export interface Iterations {
  /** Takes one. Hand the state over. */
  readonly take: (state: TrainingState) => Effect.Effect<Iterated, ShapeMismatch | RankLost>;
  /** Reports that may be awaited at a time: more than none where reading one at once would stall the device. */
  readonly late: number;
}

/** Steps that {@linkcode trainIteration} takes: gradients from a source, the rest on the host's numbers. */
export function hostIterations(source: GradientSource, config: CommonConfig): Iterations {
  const take: Iterations["take"] = (state) =>
    Effect.map(
      trainIteration(source, config, state),
      ({ state, report }) => ({ state, report: Effect.succeed(report) }),
    );
  return { take, late: 0 };
}

/** Whether all that a step told is a number. */
export function isFiniteReport({ gradientNorm, loss }: IterationReport): boolean {
  return Number.isFinite(gradientNorm) && Number.isFinite(loss);
}
