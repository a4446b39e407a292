// What the module offers; lib/kernels/wasm/assembly_exports.ts has the same list as a type.
export { initialize, tableBytes } from "./table";
export { gemm, gemmScratchBytes } from "./gemm";
export { addBias, biasGelu } from "./linear";
export { columnSums, multiplyAndSum } from "./column_sums";
export { layerNorm, layerNormGradient } from "./layer_norm";
export { maskedSoftmax, softmaxGradient, visibleExtents } from "./attention";
export { squaredError, squaredErrorGradient, sumOfSquares } from "./squared_error";
export { crossEntropy, crossEntropyGradient } from "./cross_entropy";
export { prefixMean, prefixMeanGradient } from "./prefix_mean";
export { outerPrefixMean, outerPrefixMeanGradient, outerPrefixMeanScratch } from "./outer_prefix_mean";
export { adam } from "./adam";
export { accumulate } from "./accumulate";
export { copyRuns, transpose } from "./copies";
