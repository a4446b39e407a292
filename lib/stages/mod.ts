/**
 * The six stages (task sampling, token encoding, masking, forward, detached-state loop, loss aggregation) as named
 * functions to effects, and the interfaces that plug into them: a regime says what a state is, a task family where
 * observations come from.
 *
 * @module
 */
export {
  type InferenceStep,
  type Inferred,
  inferStep,
  type LoopInput,
  type LoopOutput,
  refineGreedily,
  type RefinementStages,
  refineOnce,
} from "./detached_state_loop.ts";
export { forward, type Refined } from "./forward.ts";
export { fromStep, type StepRecipe, type StepSupplier } from "./from_step.ts";
export { type LossInput, lossPerTask, meanOverPrefixes, type StepLoss } from "./loss_aggregation.ts";
export { maskCausal } from "./mask_causal.ts";
export { maskGrid } from "./mask_grid.ts";
export { maskNonCausal } from "./mask_non_causal.ts";
export { isOneLength, shareOfVisible } from "./share_of_visible.ts";
export type {
  Candidates,
  Layout,
  Lengths,
  MaskedTokens,
  RefineInput,
  Regime,
  Signal,
  State,
  Tokens,
} from "./regime.ts";
export { type AveragedStates, averageGrowth, averageStates } from "./average_states.ts";
export type { FromTable, TableFeatures, TableTarget } from "./from_table.ts";
export { attempt, chain, type NamedStage, type Stage, stage, traced } from "./stage.ts";
export type {
  BayesianLinear,
  DrawnTasks,
  Metric,
  Observations,
  ObserveRequest,
  TaskFamily,
  TaskRange,
} from "./task_family.ts";
export {
  fullLengthShare,
  type LengthDraw,
  type SampledTasks,
  type SampleRequest,
  type SampleSizes,
  sampleTasks,
} from "./task_sampling.ts";
export { encodeTokens } from "./token_encoding.ts";
export { type LoopSettings, stateLoop } from "./state_loop.ts";
export { refineUnrolled, type UnrollSettings } from "./unrolled_state_loop.ts";
export { type Differentiated, valueAndGradients } from "./value_and_gradients.ts";
