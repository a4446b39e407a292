/**
 * A trained model measured on new tasks, beside limits (what nobody can beat), baselines (what else one could do) and
 * controls (the same weights without iteration), all on the same observations.
 *
 * @module
 */
export * from "./causal_order/mod.ts";
export { type Choice, chooseOnGrid } from "./choose_on_grid.ts";
export { compareOnHost } from "./compare_on_host.ts";
export type { ComparedMethod, HostComparison } from "./host_comparison.ts";
export { type ContextLengthRequest, measureContextLength } from "./context_length.ts";
export type { ContextLengthPoint, MeanError } from "./context_length_point.ts";
export { errorPerTask } from "./error_per_task.ts";
export { evaluate } from "./evaluate.ts";
export type { EvaluateRequest } from "./evaluate_request.ts";
export {
  decodeEvaluation,
  encodeEvaluation,
  type EvaluatedMethod,
  type EvaluatedStep,
  Evaluation,
  type GeneratedPoints,
} from "./evaluation_file.ts";
export { exactPosterior } from "./exact_posterior.ts";
export { adam, type Descent, sgd } from "./gradient_descent.ts";
export type { HostTasks } from "./_host_tasks.ts";
export { type LogisticErrors, type LogisticFit, logisticRegression } from "./logistic_regression.ts";
export { type PassesToMatch, passesToMatch } from "./passes_to_match.ts";
export { pointReference } from "./point_reference.ts";
export { ridge, type StepSizes } from "./ridge.ts";
export type { ModelRunRequest } from "./model_run_request.ts";
export { type ModelRun, runModel } from "./run_model.ts";
export { measureRuntime, type RuntimeRequest } from "./runtime.ts";
export { type RuntimeBaselines, runtimeBaselines } from "./runtime_baselines.ts";
export { decodeRuntime, Runtime, type RuntimeRow } from "./runtime_file.ts";
export { type StepSummary, summarise } from "./summarise.ts";
export { type ErrorKind, type ErrorsPerStep, sliceTasks, type TaskBatch } from "./task_batch.ts";
export { assignment } from "./generation/assignment.ts";
export { type Wasserstein, wasserstein } from "./generation/wasserstein.ts";
export { type Field, integrateField, type Integration, type Solver } from "./generation/integrate_field.ts";
export { Generation } from "./generation/settings.ts";
export { evaluateGeneration } from "./generation/evaluate_generation.ts";
export { chooseBandwidths, fieldErrors } from "./generation/field_errors.ts";
export { generatePoints, type GenerateRequest, refinedField } from "./generation/generate_points.ts";
export { gaussianFit, kernelDensity, type PointDensity, resampledContext } from "./generation/point_density.ts";
export { hasOwnEvaluation, type OwnEvaluation } from "./own_evaluation.ts";
