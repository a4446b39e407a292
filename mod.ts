/**
 * Iterative amortized inference: one trained model solves a new task by refining a state over mini-batches of that
 * task's data. This module holds what other people's pipelines import; `@amortize/core/ROOM` has the rest.
 * @module
 */
export * from "./lib/device/mod.ts";
export * from "./lib/errors/mod.ts";
export * from "./lib/model/mod.ts";
export * from "./lib/random/mod.ts";
export * from "./lib/regimes/mod.ts";
export * from "./lib/stages/mod.ts";
export * from "./lib/tasks/mod.ts";
export * from "./lib/training/mod.ts";
export { type ColumnOrder, type NodeTable, orderColumns, orderColumnsEffect } from "./pipelines/causal_order_run.ts";
export { type LoadOptions, loadRun, loadRunEffect, type LoadRunError } from "./pipelines/load_run.ts";
export type { CheckpointChoice } from "./pipelines/read_checkpoint.ts";
export type { Batch, HeldState, LoadedRun, PredictOptions, Rows } from "./pipelines/loaded_run.ts";
export type { MethodRegimes } from "./pipelines/methods.ts";
export {
  type StandardConfig,
  type StandardPipeline,
  standardPipeline,
  standardStages,
} from "./pipelines/standard_pipeline.ts";
