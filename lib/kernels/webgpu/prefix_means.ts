import type { TensorInfo } from "@tensorflow/tfjs";
import { elementwise } from "./elementwise.ts";
import { axes } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel, type Workshop } from "./kernel.ts";

/** x `[tasks, n, features]` → its running mean over n. */
const prefixMean = webgpuKernel<"x">("AmortizePrefixMean", (shop, { x }) => {
  const [tasks, n, features] = axes(x), y = shop.output(...x.shape);
  shop.run(elementwise({
    key: `prefixMean ${n}x${features}`,
    reads: { x },
    writes: { y },
    size: tasks * features,
    text: `var at = i / ${features}u * ${n * features}u + i % ${features}u;
  var sum = 0.0;
  for (var j = 1u; j <= ${n}u; j++) { sum += x[at]; y[at] = sum / f32(j); at += ${features}u; }`,
  }));
  return y;
});

/** dy → dx. */
const prefixMeanGradient = webgpuKernel<"dy">("AmortizePrefixMeanGradient", (shop, { dy }) => {
  const [tasks, n, features] = axes(dy);
  return spread(shop, dy, tasks, n, features, dy.shape);
});

/** Σ_{i ≥ j} dy_i / i of every column. */
function spread(shop: Workshop, dy: TensorInfo, tasks: number, n: number, width: number, shape: number[]): TensorInfo {
  const dx = shop.output(...shape);
  shop.run(elementwise({
    key: `prefixMeanGradient ${n}x${width}`,
    reads: { dy },
    writes: { dx },
    size: tasks * width,
    text: `var at = i / ${width}u * ${n * width}u + ${(n - 1) * width}u + i % ${width}u;
  var sum = 0.0;
  for (var j = ${n}u; j > 0u; j--) { sum += dy[at] / f32(j); dx[at] = sum; at -= ${width}u; }`,
  }));
  return dx;
}

/** x `[tasks, n, features]`, c `[tasks, n, outputs]` → `[tasks, n, features, outputs]`, the running mean of x ⊗ c. */
const outerPrefixMean = webgpuKernel<"x" | "c">("AmortizeOuterPrefixMean", (shop, { x, c }) => {
  const [tasks, n, features] = axes(x), [, , outputs] = axes(c), y = shop.output(tasks, n, features, outputs);
  const width = features * outputs;
  shop.run(elementwise({
    key: `outerPrefixMean ${n}x${features}x${outputs}`,
    reads: { x, c },
    writes: { y },
    size: tasks * width,
    text: `let task = i / ${width}u; let f = i % ${width}u / ${outputs}u; let o = i % ${outputs}u;
  var sum = 0.0;
  for (var j = 0u; j < ${n}u; j++) {
    let at = task * ${n}u + j;
    sum += x[at * ${features}u + f] * c[at * ${outputs}u + o];
    y[at * ${width}u + i % ${width}u] = sum / f32(j + 1u);
  }`,
  }));
  return y;
});

/** x, c, dy `[tasks, n, features, outputs]` → dc; x is data and gets no gradient. */
const outerPrefixMeanGradient = webgpuKernel<"x" | "c" | "dy">(
  "AmortizeOuterPrefixMeanGradient",
  (shop, { x, c, dy }) => {
    const [tasks, n, features] = axes(x), [, , outputs] = axes(c), dc = shop.output(...c.shape);
    const later = spread(shop, dy, tasks, n, features * outputs, dy.shape);
    shop.run(elementwise({
      key: `outerPrefixMeanGradient ${features}x${outputs}`,
      reads: { x, later },
      writes: { dc },
      size: tasks * n * outputs,
      text: `let at = i / ${outputs}u; let o = i % ${outputs}u;
  var sum = 0.0;
  for (var f = 0u; f < ${features}u; f++) {
    sum += x[at * ${features}u + f] * later[(at * ${features}u + f) * ${outputs}u + o];
  }
  dc[i] = sum;`,
    }));
    shop.release(later);
    return dc;
  },
);

/** The running means. */
export const prefixMeanKernels: readonly WebgpuKernel[] = [
  prefixMean,
  prefixMeanGradient,
  outerPrefixMean,
  outerPrefixMeanGradient,
];
