/**
 * Differentiable functions on tensors: each a definition in plain tfjs (`…Reference`), and the same with a written
 * gradient, run by the backend's kernel where one is registered.
 * @module
 */
export { accumulate } from "./accumulate.ts";
export { adamFactors, adamReference, adamStep } from "./adam.ts";
export type { AdamHyper, AdamMoments, AdamState } from "./adam.ts";
export { attention, attentionReference } from "./attention.ts";
export { batchedProduct, batchedProductReference } from "./batched_product.ts";
export { drawNormals, drawNormalsReference } from "./draw_normals.ts";
export { feedForward, feedForwardReference } from "./feed_forward.ts";
export type { FeedForwardWeights } from "./feed_forward.ts";
export { globalNorm } from "./global_norm.ts";
export { guardStep, guardStepReference } from "./guard_step.ts";
export type { GuardedStep, GuardSettings, StepToGuard } from "./guard_step.ts";
export { layerNorm, layerNormReference } from "./layer_norm.ts";
export { linear, linearReference } from "./linear.ts";
export { linearGelu, linearGeluReference } from "./linear_gelu.ts";
export { normedLinear, normedLinearReference } from "./normed_linear.ts";
export type { Branch, NormWeights } from "./normed_linear.ts";
export { outerPrefixMean, outerPrefixMeanReference } from "./outer_prefix_mean.ts";
export { prefixMean, prefixMeanReference } from "./prefix_mean.ts";
export { residualLinear, residualLinearReference } from "./residual_linear.ts";
export { setCrossEntropy, setCrossEntropyReference } from "./set_cross_entropy.ts";
export { softmaxCrossEntropy, softmaxCrossEntropyReference } from "./softmax_cross_entropy.ts";
export { squaredError, squaredErrorReference } from "./squared_error.ts";
