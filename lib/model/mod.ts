/**
 * The transformer and dense layers, as pairs of pure functions over records of named weights: `init` draws them from a
 * key, `apply` reads them by the names that checkpoints have.
 *
 * @module
 */
export { deepSet } from "./deep_set.ts";
export { dense, denseGelu } from "./dense.ts";
export { identity } from "./identity.ts";
export { gridTransformer } from "./grid_transformer.ts";
export { layerNormEpsilon } from "./_norm.ts";
export { type Model, Transformer, transformer } from "./transformer.ts";
export { denseWeights, normalWeight, weight, type Weights } from "./weights.ts";
