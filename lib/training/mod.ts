/**
 * The loop around a pipeline: what a pipeline is, its configuration, optimiser and schedule, checkpoints, metrics, resume,
 * and gradients computed by several workers with the bits of one.
 *
 * @module
 */
export { weightsAmong } from "./checkpoint.ts";
export * from "./defaulted.ts";
export * from "./device_iterations.ts";
export * from "./iterations.ts";
export * from "./learning_rate.ts";
export * from "./packed_sample.ts";
export * from "./pipeline.ts";
export * from "./rank_gradients.ts";
export * from "./dispose_sample.ts";
export { type Inference, inferenceOf, type PredictionRequest } from "./inference.ts";
export type { InferencePass, PassInput } from "./inference_pass.ts";
export { type InferenceReplay, inferenceReplay, makeInferenceReplay } from "./inference_replay.ts";
export type { RecordingLimits } from "./_recordings.ts";
export * from "./replay.ts";
export * from "./replayed_loop.ts";
export * from "./resolve_config.ts";
export * from "./run_checkpoints.ts";
export * from "./run_folder.ts";
export * from "./run_log.ts";
export { type RemoteSampler, type SampleAhead, sampleAhead } from "./sample_ahead.ts";
export * from "./sample_elsewhere.ts";
export * from "./settings.ts";
export * from "./shards.ts";
export * from "./train.ts";
export * from "./train_iteration.ts";
export * from "./training_state.ts";
export * from "./validate.ts";
