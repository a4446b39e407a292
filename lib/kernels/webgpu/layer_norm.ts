import { columnGroups, columnText, columnThreads } from "./column_text.ts";
import { matrixShape } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";
import { float } from "./literal.ts";
import { rowGroups, rowText, rowThreads } from "./row_text.ts";

/** x `[…, width]`, gain, bias `[width]` → y as x, stats `[rows, 2]` = mean, 1/std. */
const forward = webgpuKernel<"x" | "gain" | "bias", { readonly epsilon: number }>(
  "AmortizeLayerNorm",
  (shop, inputs, { epsilon }) => {
    const { x } = inputs, [rows, width] = matrixShape(x), y = shop.output(...x.shape), stats = shop.output(rows, 2);
    const { tiling } = shop, { before, place } = rowText(rows, tiling);
    const each = `for (var c = part; c < ${width}u; c += ${tiling.lanes}u)`;
    shop.run({
      key: `layerNorm ${rows}x${width} ${epsilon} ${tiling.lanes}`,
      reads: inputs,
      writes: { y, stats },
      threads: rowThreads,
      groups: rowGroups(rows, tiling),
      text: () =>
        `${before}
fn run(group: u32, lane: u32) {
  ${place}
  let start = own * ${width}u;
  var sum = 0.0;
  ${each} { sum += x[start + c]; }
  let mean = total(sum, lane) / ${width}.0;
  var squares = 0.0;
  ${each} { let d = x[start + c] - mean; squares += d * d; }
  let inverse = 1.0 / sqrt(total(squares, lane) / ${width}.0 + ${float(epsilon)});
  if (!mine) { return; }
  ${each} { y[start + c] = (x[start + c] - mean) * inverse * gain[c] + bias[c]; }
  if (part == 0u) { stats[2u * row] = mean; stats[2u * row + 1u] = inverse; }
}`,
    });
    return [y, stats];
  },
);

/** x, gain, stats, dy → dx, dgain, dbias: first groups of rows, then groups of columns, in one dispatch. */
const gradient = webgpuKernel<"x" | "gain" | "stats" | "dy">("AmortizeLayerNormGradient", (shop, inputs) => {
  const { x } = inputs, [rows, width] = matrixShape(x), { tiling } = shop;
  const dx = shop.output(...x.shape), dgain = shop.output(width), dbias = shop.output(width);
  const byRows = rowGroups(rows, tiling, columnThreads), { before, place } = rowText(rows, tiling, columnThreads);
  const each = `for (var c = part; c < ${width}u; c += ${tiling.lanes}u)`;
  const at = `r * ${width}u + c`;
  shop.run({
    key: `layerNormGradient ${rows}x${width} ${tiling.lanes}`,
    reads: inputs,
    writes: { dx, dgain, dbias },
    threads: columnThreads,
    groups: byRows + columnGroups(width),
    text: () =>
      `${before}
${
        columnText(rows, width, [
          { term: `dy[${at}] * (x[${at}] - stats[2u * r]) * stats[2u * r + 1u]`, store: "dgain[c] = v;" },
          { term: `dy[${at}]`, store: "dbias[c] = v;" },
        ])
      }
fn rowsOf(group: u32, lane: u32) {
  ${place}
  let start = own * ${width}u; let mean = stats[2u * own]; let inverse = stats[2u * own + 1u];
  var sum = 0.0; var along = 0.0;
  ${each} { let g = dy[start + c] * gain[c]; sum += g; along += g * (x[start + c] - mean) * inverse; }
  let s = total(sum, lane) / ${width}.0; let a = total(along, lane) / ${width}.0;
  if (!mine) { return; }
  ${each} {
    dx[start + c] = (dy[start + c] * gain[c] - s - (x[start + c] - mean) * inverse * a) * inverse;
  }
}
fn run(group: u32, lane: u32) {
  if (group < ${byRows}u) { rowsOf(group, lane); } else { columnsOf(group - ${byRows}u, lane); }
}`,
  });
  return [dx, dgain, dbias];
});

/** The layer norm kernels. */
export const layerNormKernels: readonly WebgpuKernel[] = [forward, gradient];
