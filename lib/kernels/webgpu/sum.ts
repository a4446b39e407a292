import * as tf from "@tensorflow/tfjs";
import { columnGroups, columnText, columnThreads } from "./column_text.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";

interface Reduction {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

/**
 * tfjs's Sum or Mean over neighbouring axes, not the last, in one dispatch, where its own transposes first; of others its
 * own runs.
 */
function reduction(name: "Sum" | "Mean"): WebgpuKernel {
  return webgpuKernel<"x", Reduction>(name, (shop, { x }, { axis, keepDims }) => {
    const { shape } = x, axes = [...tf.util.parseAxisParam(axis, shape)].sort((a, b) => a - b);
    const first = axes[0] ?? shape.length, end = first + axes.length;
    const neighbours = axes.every((a, i) => a === first + i) && end < shape.length;
    if (x.dtype !== "float32" || axes.length === 0 || !neighbours || shape.includes(0)) return undefined;
    const rows = tf.util.sizeFromShape(shape.slice(first, end)), inner = tf.util.sizeFromShape(shape.slice(end));
    const width = tf.util.sizeFromShape(shape.slice(0, first)) * inner;
    const kept = keepDims
      ? shape.map((n, i) => i < first || i >= end ? n : 1)
      : shape.filter((_, i) => i < first || i >= end);
    const y = shop.output(...kept), value = name === "Sum" ? "v" : `v / ${rows}.0`;
    shop.run({
      key: `columns${name} ${rows}x${inner} ${width}`,
      reads: { x },
      writes: { y },
      threads: columnThreads,
      groups: columnGroups(width),
      text: () => {
        const term = `x[(c / ${inner}u * ${rows}u + r) * ${inner}u + c % ${inner}u]`;
        return `${columnText(rows, width, [{ term, store: `y[c] = ${value};` }])}
fn run(group: u32, lane: u32) { columnsOf(group, lane); }`;
      },
    });
    return y;
  });
}

/** tfjs's own reductions that take several dispatches. */
export const sumKernels: readonly WebgpuKernel[] = [reduction("Sum"), reduction("Mean")];
