import type { TensorInfo } from "@tensorflow/tfjs";
import { attentionGradientText } from "./attention_gradient_text.ts";
import { attentionRowsGradientText, attentionRowsText, rowsThreads, rowUnits } from "./attention_rows_text.ts";
import {
  type AttentionSizes,
  bringRows,
  dotOf,
  foursOf,
  loadVector,
  placeOf,
  rowsOfGroup,
  sharedRows,
  storeVector,
  unitsOf,
  vectors,
  vectorsOf,
} from "./attention_text.ts";
import { axes } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";
import { float } from "./literal.ts";

interface Heads {
  readonly heads: number;
}

/**
 * qkv `[tasks, positions, 3 · width]`, mask bool `[1 | tasks, positions, positions]` → output
 * `[tasks, positions, width]`, and of each row `[tasks, heads, positions, 2]` its largest score and the sum of
 * exp(score − largest). No matrix of scores: keys and values pass by, shared by some rows. What is masked is skipped.
 */
const forward = webgpuKernel<"qkv" | "mask", Heads>("AmortizeAttention", (shop, { qkv, mask }, { heads }) => {
  const sizes = sizesOf(qkv, mask, heads), { tasks, positions, head } = sizes;
  const output = shop.output(tasks, positions, heads * head), saved = shop.output(tasks, heads, positions, 2);
  const shares = shop.tiling.attention === "shared";
  shop.run({
    key: `attention ${shop.tiling.attention} ${keyOf(sizes)}`,
    reads: { qkv, mask },
    writes: { output, saved },
    fours: foursOf(sizes),
    threads: shares ? rowsOfGroup : rowsThreads,
    groups: shares ? unitsOf(sizes) : Math.ceil(rowUnits(sizes, "forward") / rowsThreads),
    text: () => shares ? forwardText(sizes) : attentionRowsText(sizes),
  });
  return [output, saved];
});

/** qkv, mask, output, saved, dy `[tasks, positions, width]` → dqkv, in one dispatch. */
const gradient = webgpuKernel<"qkv" | "mask" | "output" | "saved" | "dy", Heads>(
  "AmortizeAttentionGradient",
  (shop, inputs, { heads }) => {
    const sizes = sizesOf(inputs.qkv, inputs.mask, heads), dqkv = shop.output(...inputs.qkv.shape);
    const shares = shop.tiling.attention === "shared";
    shop.run({
      key: `attentionGradient ${shop.tiling.attention} ${keyOf(sizes)}`,
      reads: inputs,
      writes: { dqkv },
      fours: foursOf(sizes),
      threads: shares ? rowsOfGroup : rowsThreads,
      groups: shares ? 2 * unitsOf(sizes) : 2 * Math.ceil(rowUnits(sizes, "back") / rowsThreads),
      text: () => shares ? attentionGradientText(sizes) : attentionRowsGradientText(sizes),
    });
    return dqkv;
  },
);

/** The attention kernels. */
export const attentionKernels: readonly WebgpuKernel[] = [forward, gradient];

function sizesOf(qkv: TensorInfo, mask: TensorInfo, heads: number): AttentionSizes {
  const [tasks, positions, wide] = axes(qkv);
  return { tasks, positions, heads, head: wide / 3 / heads, shared: mask.shape[0] === 1 };
}

function keyOf({ tasks, positions, heads, head, shared }: AttentionSizes): string {
  return `${tasks}x${positions}x${heads}x${head} ${shared}`;
}

function forwardText(sizes: AttentionSizes): string {
  const { positions, heads, head } = sizes, width = heads * head, rows = sharedRows(sizes), n = vectorsOf(sizes);
  const at = (third: number) => (position: string) => `base + ${position} * ${3 * width}u + ${third * width}u`;
  return `var<workgroup> keys: array<vec4f, ${rows * n}>;
var<workgroup> values: array<vec4f, ${rows * n}>;
fn run(unit: u32, lane: u32) {
  ${placeOf(sizes)}
  ${vectors(sizes, (i) => `let q${i} = ${float(1 / Math.sqrt(head))} * ${loadVector(sizes, "qkv", at(0)("own"), i)};`)}
  ${vectors(sizes, (i) => `var o${i} = vec4f();`)}
  var most = -3.0e38; var sum = 0.0;
  for (var start = 0u; start < ${positions}u; start += ${rows}u) {
    ${bringRows(sizes, "keys", "qkv", at(1))}
    ${bringRows(sizes, "values", "qkv", at(2))}
    workgroupBarrier();
    for (var j = 0u; j < min(${rows}u, ${positions}u - start); j++) {
      if (mask[sight + own * ${positions}u + start + j] == 0) { continue; }
      let s = ${dotOf(sizes, (i) => `q${i}`, (i) => `keys[j * ${n}u + ${i}u]`)};
      let next = max(most, s); let fade = exp(most - next); let p = exp(s - next);
      most = next; sum = sum * fade + p;
      ${vectors(sizes, (i) => `o${i} = o${i} * fade + p * values[j * ${n}u + ${i}u];`)}
    }
    workgroupBarrier();
  }
  if (!mine) { return; }
  saved[2u * (level + row)] = most; saved[2u * (level + row) + 1u] = sum;
  let share = select(1.0 / sum, 0.0, sum == 0.0); let to = out + row * ${width}u;
  ${vectors(sizes, (i) => `o${i} *= share; ${storeVector(sizes, "output", "to", `o${i}`, i)}`)}
}`;
}
