import type { TensorInfo } from "@tensorflow/tfjs";
import { columnGroups, columnText, columnThreads } from "./column_text.ts";
import { matrixShape } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel, type Workshop } from "./kernel.ts";
import { float } from "./literal.ts";
import { rowGroups, rowText, rowThreads } from "./row_text.ts";

/** x `[…, width]`, gain, bias `[width]` → y as x, stats `[rows, 2]` = mean, 1/std. */
const forward = webgpuKernel<"x" | "gain" | "bias", { readonly epsilon: number }>(
  "AmortizeLayerNorm",
  (shop, inputs, { epsilon }) => {
    const { x } = inputs, [rows, width] = matrixShape(x), y = shop.output(...x.shape), stats = shop.output(rows, 2);
    const { tiling } = shop,
      { before, place } = rowText(rows, tiling),
      { fours, zero, sum, start, each } = entriesOf(shop, width);
    shop.run({
      key: `layerNorm ${rows}x${width} ${epsilon} ${tiling.lanes}`,
      reads: inputs,
      writes: { y, stats },
      fours: fours ? ["x", "gain", "bias", "y"] : [],
      threads: rowThreads,
      groups: rowGroups(rows, tiling),
      text: () =>
        `${before}
fn run(group: u32, lane: u32) {
  ${place}
  ${start}
  var sum = ${zero};
  ${each} { sum += x[start + c]; }
  let mean = total(${sum("sum")}, lane) / ${width}.0;
  var squares = ${zero};
  ${each} { let d = x[start + c] - mean; squares += d * d; }
  let inverse = 1.0 / sqrt(total(${sum("squares")}, lane) / ${width}.0 + ${float(epsilon)});
  if (!mine) { return; }
  ${each} { y[start + c] = (x[start + c] - mean) * inverse * gain[c] + bias[c]; }
  if (part == 0u) { stats[2u * row] = mean; stats[2u * row + 1u] = inverse; }
}`,
    });
    return [y, stats];
  },
);

/** x, gain, stats, dy → dx, dgain, dbias: first groups of rows, then groups of columns, in one dispatch. */
const gradient = webgpuKernel<"x" | "gain" | "stats" | "dy">(
  "AmortizeLayerNormGradient",
  (shop, inputs) => gradients(shop, "layerNormGradient", inputs, ""),
);

/** The same with what goes by it added to dx: `besides` as x. */
const carriedGradient = webgpuKernel<"x" | "gain" | "stats" | "dy" | "besides">(
  "AmortizeLayerNormCarriedGradient",
  (shop, inputs) => gradients(shop, "layerNormCarriedGradient", inputs, " + besides[start + c]"),
);

/** The layer norm kernels. */
export const layerNormKernels: readonly WebgpuKernel[] = [forward, gradient, carriedGradient];

function gradients(
  shop: Workshop,
  key: string,
  inputs: Readonly<Record<"x" | "gain" | "stats" | "dy", TensorInfo>>,
  more: string,
): TensorInfo[] {
  const { x } = inputs, [rows, width] = matrixShape(x), { tiling } = shop;
  const dx = shop.output(...x.shape), dgain = shop.output(width), dbias = shop.output(width);
  const byRows = rowGroups(rows, tiling, columnThreads), { before, place } = rowText(rows, tiling, columnThreads);
  const { fours, type, zero, sum, start, each, count } = entriesOf(shop, width), at = `r * ${count}u + c`;
  shop.run({
    key: `${key} ${rows}x${width} ${tiling.lanes}`,
    reads: inputs,
    writes: { dx, dgain, dbias },
    fours: fours ? ["x", "gain", "dy", "besides", "dx", "dgain", "dbias"] : [],
    threads: columnThreads,
    groups: byRows + columnGroups(count),
    text: () => {
      const terms = [
        { term: `dy[${at}] * (x[${at}] - stats[2u * r]) * stats[2u * r + 1u]`, store: "dgain[c] = v;" },
        { term: `dy[${at}]`, store: "dbias[c] = v;" },
      ];
      return `${before}
${columnText(rows, count, terms, type)}
fn rowsOf(group: u32, lane: u32) {
  ${place}
  ${start} let mean = stats[2u * own]; let inverse = stats[2u * own + 1u];
  var sum = ${zero}; var along = ${zero};
  ${each} { let g = dy[start + c] * gain[c]; sum += g; along += g * (x[start + c] - mean) * inverse; }
  let s = total(${sum("sum")}, lane) / ${width}.0; let a = total(${sum("along")}, lane) / ${width}.0;
  if (!mine) { return; }
  ${each} {
    dx[start + c] = (dy[start + c] * gain[c] - s - (x[start + c] - mean) * inverse * a) * inverse${more};
  }
}
fn run(group: u32, lane: u32) {
  if (group < ${byRows}u) { rowsOf(group, lane); } else { columnsOf(group - ${byRows}u, lane); }
}`;
    },
  });
  return [dx, dgain, dbias];
}

/** How a thread goes through a row: by entries, or by fours of them where it has the row to itself. */
interface Entries {
  readonly fours: boolean;
  readonly type: "f32" | "vec4f";
  /** Entries, or fours, of a row. */
  readonly count: number;
  readonly zero: string;
  /** A number, from a sum of entries or fours. */
  readonly sum: (name: string) => string;
  /** Declares where the row `own` starts. */
  readonly start: string;
  /** The head of a loop over c. */
  readonly each: string;
}

function entriesOf({ tiling: { lanes } }: Workshop, width: number): Entries {
  const fours = lanes === 1 && width % 4 === 0, count = fours ? width / 4 : width, type = fours ? "vec4f" : "f32";
  return {
    fours,
    type,
    count,
    zero: `${type}()`,
    sum: (name) => fours ? `dot(${name}, vec4f(1.0))` : name,
    start: `let start = own * ${count}u;`,
    each: `for (var c = part; c < ${count}u; c += ${lanes}u)`,
  };
}
