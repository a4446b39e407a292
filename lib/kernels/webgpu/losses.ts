import { axes, sizeOf } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";
import { elementwise } from "./elementwise.ts";
import { rowGroups, rowText, rowThreads } from "./row_text.ts";

/** prediction `[tasks, prefixes, queries, outputs]`, target `[tasks, queries, outputs]` → loss `[tasks, prefixes]`. */
const squaredError = webgpuKernel<"prediction" | "target">("AmortizeSquaredError", (shop, { prediction, target }) => {
  const [tasks, prefixes, queries, outputs] = axes(prediction), loss = shop.output(tasks, prefixes);
  const rows = tasks * prefixes,
    count = queries * outputs,
    { tiling } = shop,
    { before, place } = rowText(rows, tiling);
  shop.run({
    key: `squaredError ${rows} ${prefixes} ${count} ${queries} ${tiling.lanes}`,
    reads: { prediction, wanted: target },
    writes: { loss },
    threads: rowThreads,
    groups: rowGroups(rows, tiling),
    text: () =>
      `${before}
fn run(group: u32, lane: u32) {
  ${place}
  var sum = 0.0;
  for (var i = part; i < ${count}u; i += ${tiling.lanes}u) {
    let d = prediction[own * ${count}u + i] - wanted[own / ${prefixes}u * ${count}u + i];
    sum += d * d;
  }
  let all = total(sum, lane) / ${queries}.0;
  if (mine && part == 0u) { loss[row] = all; }
}`,
  });
  return loss;
});

/** prediction, target, dy `[tasks, prefixes]` → dprediction. */
const squaredErrorGradient = webgpuKernel<"prediction" | "target" | "dy">(
  "AmortizeSquaredErrorGradient",
  (shop, { prediction, target, dy }) => {
    const [, prefixes, queries, outputs] = axes(prediction), dx = shop.output(...prediction.shape);
    const count = queries * outputs;
    shop.run(elementwise({
      key: `squaredErrorGradient ${prefixes} ${count} ${queries}`,
      reads: { prediction, wanted: target, dy },
      writes: { dx },
      size: sizeOf(prediction),
      text: `let row = i / ${count}u;
  let d = prediction[i] - wanted[row / ${prefixes}u * ${count}u + i % ${count}u];
  dx[i] = 2.0 * d * dy[row] / ${queries}.0;`,
    }));
    return dx;
  },
);

/**
 * The same shapes; the second result `[tasks, prefixes, queries, 2]`, the largest logit and Σ exp(logit − largest), is
 * what the gradient wants.
 */
const crossEntropy = webgpuKernel<"prediction" | "target">(
  "AmortizeSoftmaxCrossEntropy",
  (shop, { prediction, target }) => {
    const [tasks, prefixes, queries, outputs] = axes(prediction), rows = tasks * prefixes;
    const loss = shop.output(tasks, prefixes), saved = shop.output(tasks, prefixes, queries, 2);
    const { tiling } = shop, { before, place } = rowText(rows, tiling);
    shop.run({
      key: `crossEntropy ${rows} ${prefixes} ${queries} ${outputs} ${tiling.lanes}`,
      reads: { prediction, wanted: target },
      writes: { loss, saved },
      threads: rowThreads,
      groups: rowGroups(rows, tiling),
      text: () =>
        `${before}
fn run(group: u32, lane: u32) {
  ${place}
  var all = 0.0;
  for (var q = part; q < ${queries}u; q += ${tiling.lanes}u) {
    let at = (own * ${queries}u + q) * ${outputs}u; let to = (own / ${prefixes}u * ${queries}u + q) * ${outputs}u;
    var most = prediction[at];
    for (var c = 1u; c < ${outputs}u; c++) { most = max(most, prediction[at + c]); }
    var sum = 0.0;
    for (var c = 0u; c < ${outputs}u; c++) { sum += exp(prediction[at + c] - most); }
    let level = log(sum);
    for (var c = 0u; c < ${outputs}u; c++) {
      let t = wanted[to + c];
      if (t != 0.0) { all += t * (most - prediction[at + c] + level); }
    }
    if (mine) { saved[2u * (own * ${queries}u + q)] = most; saved[2u * (own * ${queries}u + q) + 1u] = sum; }
  }
  let mean = total(all, lane) / ${queries}.0;
  if (mine && part == 0u) { loss[row] = mean; }
}`,
    });
    return [loss, saved];
  },
);

/** prediction, target, saved, dy → dprediction = (softmax · Σ target − target) dy / queries. */
const crossEntropyGradient = webgpuKernel<"prediction" | "target" | "saved" | "dy">(
  "AmortizeSoftmaxCrossEntropyGradient",
  (shop, { prediction, target, saved, dy }) => {
    const [tasks, prefixes, queries, outputs] = axes(prediction), dx = shop.output(...prediction.shape);
    shop.run(elementwise({
      key: `crossEntropyGradient ${prefixes} ${queries} ${outputs}`,
      reads: { prediction, wanted: target, saved, dy },
      writes: { dx },
      size: tasks * prefixes * queries,
      text: `let row = i / ${queries}u;
  let to = (row / ${prefixes}u * ${queries}u + i % ${queries}u) * ${outputs}u;
  var sum = 0.0;
  for (var c = 0u; c < ${outputs}u; c++) { sum += wanted[to + c]; }
  let s = dy[row] / ${queries}.0; let share = sum / saved[2u * i + 1u];
  for (var c = 0u; c < ${outputs}u; c++) {
    let at = i * ${outputs}u + c;
    dx[at] = s * (exp(prediction[at] - saved[2u * i]) * share - wanted[to + c]);
  }`,
    }));
    return dx;
  },
);

/** The losses. */
export const lossKernels: readonly WebgpuKernel[] = [
  squaredError,
  squaredErrorGradient,
  crossEntropy,
  crossEntropyGradient,
];
