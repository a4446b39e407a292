/** What the compiled module offers; numbers are byte addresses or sizes. The documentation is in assembly/*.as. */
export interface AssemblyExports {
  tableBytes(): number;
  initialize(table: number): void;
  gemmScratchBytes(): number;
  // deno-fmt-ignore
  gemm(
    transposeA: number, transposeB: number, m: number, n: number, k: number,
    a: number, lda: number, b: number, ldb: number, add: number, c: number, ldc: number, scratch: number,
  ): void;
  addBias(rows: number, width: number, x: number, bias: number): void;
  biasGelu(rows: number, width: number, x: number, bias: number, y: number): void;
  columnSums(rows: number, width: number, x: number, sums: number): void;
  multiplyAndSum(rows: number, width: number, x: number, y: number, product: number, sums: number): void;
  // deno-fmt-ignore
  layerNorm(
    rows: number, width: number, x: number, gain: number, bias: number, y: number, stats: number, epsilon: number,
  ): void;
  // deno-fmt-ignore
  layerNormGradient(
    rows: number, width: number, x: number, gain: number, stats: number, dy: number, dx: number, dgain: number,
    dbias: number,
  ): void;
  visibleExtents(rows: number, positions: number, mask: number, extents: number): void;
  // deno-fmt-ignore
  maskedSoftmax(
    rows: number, columns: number, stride: number, positions: number, scores: number, mask: number, extents: number,
    scale: number,
  ): void;
  // deno-fmt-ignore
  softmaxGradient(
    rows: number, columns: number, weightStride: number, weights: number, stride: number, dweights: number,
    scale: number,
  ): void;
  sumOfSquares(count: number, x: number): number;
  accumulate(count: number, sum: number, term: number): void;
  // deno-fmt-ignore
  squaredError(
    tasks: number, prefixes: number, count: number, prediction: number, target: number, loss: number, divisor: number,
  ): void;
  // deno-fmt-ignore
  squaredErrorGradient(
    tasks: number, prefixes: number, count: number, prediction: number, target: number, dy: number, gradient: number,
    divisor: number,
  ): void;
  // deno-fmt-ignore
  crossEntropy(
    tasks: number, prefixes: number, queries: number, outputs: number, prediction: number, target: number,
    loss: number, levels: number,
  ): void;
  // deno-fmt-ignore
  crossEntropyGradient(
    tasks: number, prefixes: number, queries: number, outputs: number, prediction: number, target: number,
    levels: number, dy: number, gradient: number,
  ): void;
  prefixMean(tasks: number, n: number, features: number, x: number, y: number): void;
  prefixMeanGradient(tasks: number, n: number, features: number, dy: number, dx: number): void;
  outerPrefixMeanScratch(features: number, outputs: number): number;
  // deno-fmt-ignore
  outerPrefixMean(
    tasks: number, n: number, features: number, outputs: number, x: number, c: number, y: number, scratch: number,
  ): void;
  // deno-fmt-ignore
  outerPrefixMeanGradient(
    tasks: number, n: number, features: number, outputs: number, x: number, dy: number, dc: number, scratch: number,
  ): void;
  // deno-fmt-ignore
  adam(
    count: number, weight: number, gradient: number, first: number, second: number, rate: number, beta1: number,
    beta2: number, correction1: number, correction2: number, epsilon: number, gradientScale: number,
  ): void;
  // deno-fmt-ignore
  copyRuns(
    count: number, bytes: number, source: number, sourceStep: number, target: number, targetStep: number,
  ): void;
  transpose(rows: number, columns: number, x: number, y: number): void;
}
