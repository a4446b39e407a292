import type { Effect } from "effect";
import type { TaskFamily } from "../stages/task_family.ts";
import type { EvaluatedMethod } from "./evaluation_file.ts";
import type { StepSizes } from "./ridge.ts";
import type { ErrorsPerStep, TaskBatch } from "./task_batch.ts";

/** What other methods are run on. */
export interface HostComparison extends StepSizes {
  /** Names the loss, and the limit where there is one. */
  readonly family: TaskFamily;
  /** The tasks that errors are told of. */
  readonly batch: TaskBatch;
  /** What made those tasks, by name, `[tasks, …]` flattened: `w` for the point reference. */
  readonly truth: Readonly<Record<string, Float32Array>>;
  /** Tasks that settings are chosen on; baselines need them. */
  readonly validation?: TaskBatch;
  /** Steps K of the model, after which settings are compared. */
  readonly trainedSteps: number;
  /** The model's error after its trained steps, which passes are counted to. */
  readonly target: number;
  /** Whether to leave the baselines out; false unless said. */
  readonly limitsOnly?: boolean;
  /** Called before each method, and before each number of passes that is tried: some take minutes. */
  readonly onProgress?: (what: string) => Effect.Effect<void>;
}

/** A method's errors `[tasks, steps + 1]` with the time it took and what was chosen for it. */
export type ComparedMethod =
  & Pick<EvaluatedMethod, "method" | "kind" | "secondsPerTask">
  & Partial<Pick<EvaluatedMethod, "setting" | "matchedAfterPasses" | "triedPasses" | "passes" | "note">>
  & { readonly errors: ErrorsPerStep };
