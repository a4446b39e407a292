import { axes } from "../kernel.ts";
import { type WasmKernel, wasmKernel } from "./kernel.ts";
import { extentBytes, visibleBlocks } from "./visible_blocks.ts";

interface Heads {
  readonly heads: number;
}

/** Rows of weights begin at whole cache-friendly steps of 8 floats. */
function strideFor(positions: number): number {
  return (positions + 7) & ~7;
}

/**
 * qkv `[tasks, positions, 3 · width]`, mask bool `[1 | tasks, positions, positions]` → output `[tasks, positions, width]`
 * and the weights `[tasks, heads, positions, stride]`, defined as far as each block of rows sees. Queries, keys and
 * values are read in place, by the row length of qkv.
 */
const forward = wasmKernel<"qkv" | "mask", Heads>("AmortizeAttention", (shop, { qkv, mask }, { heads }) => {
  const [tasks, positions, wide] = axes(qkv), width = wide / 3, head = width / heads, stride = strideFor(positions);
  const output = shop.output(tasks, positions, width), saved = shop.output(tasks, heads, positions, stride);
  const { extents, blocks } = visibleBlocks(shop, mask, shop.scratch(extentBytes(mask)));
  const [from, to, weights, maskAt] = [qkv, output, saved, mask].map(shop.address) as [number, number, number, number];
  const scale = 1 / Math.sqrt(head), { multiply, assembly } = shop;
  for (let task = 0; task < tasks; task++) {
    const m = mask.shape[0] === 1 ? 0 : task;
    for (let h = 0; h < heads; h++) {
      const q = from + 4 * (task * positions * wide + h * head), k = q + 4 * width, v = k + 4 * width;
      for (const { row, rows, extent } of blocks[m]!) {
        const p = weights + 4 * ((task * heads + h) * positions + row) * stride, line = m * positions + row;
        const qAt = q + 4 * row * wide, o = to + 4 * ((task * positions + row) * width + h * head);
        multiply(false, true, rows, extent, head, qAt, wide, k, wide, false, p, stride);
        assembly.maskedSoftmax(
          rows,
          extent,
          stride,
          positions,
          p,
          maskAt + line * positions,
          extents + 8 * line,
          scale,
        );
        multiply(false, false, rows, head, extent, p, stride, v, wide, false, o, width);
      }
    }
  }
  return [output, saved];
});

/** qkv, mask, saved, dy `[tasks, positions, width]` → dqkv. With o = p v: dv = pᵀ dy, dp = dy vᵀ, dq = ds k, dk = dsᵀ q. */
const gradient = wasmKernel<"qkv" | "mask" | "saved" | "dy", Heads>(
  "AmortizeAttentionGradient",
  (shop, { qkv, mask, saved, dy }, { heads }) => {
    const [tasks, positions, wide] = axes(qkv), width = wide / 3, head = width / heads, stride = strideFor(positions);
    const result = shop.output(...qkv.shape), forExtents = (extentBytes(mask) + 63) & ~63;
    const scratch = shop.scratch(forExtents + 4 * positions * stride), scores = scratch + forExtents;
    const { blocks } = visibleBlocks(shop, mask, scratch);
    const [from, weights, dyAt, to] = [qkv, saved, dy, result].map(shop.address) as [number, number, number, number];
    const { multiply, assembly } = shop, scale = 1 / Math.sqrt(head);
    new Float32Array(shop.memory.buffer, to, tasks * positions * wide).fill(0); // blocks add to keys and values
    for (let task = 0; task < tasks; task++) {
      for (let h = 0; h < heads; h++) {
        const at = 4 * (task * positions * wide + h * head), q = from + at, k = q + 4 * width, v = k + 4 * width;
        const dq = to + at, dk = dq + 4 * width, dv = dk + 4 * width;
        for (const { row, rows, extent } of blocks[mask.shape[0] === 1 ? 0 : task]!) {
          const p = weights + 4 * ((task * heads + h) * positions + row) * stride;
          const d = dyAt + 4 * ((task * positions + row) * width + h * head), rowAt = 4 * row * wide;
          multiply(true, false, extent, head, rows, p, stride, d, width, true, dv, wide);
          multiply(false, true, rows, extent, head, d, width, v, wide, false, scores, stride);
          assembly.softmaxGradient(rows, extent, stride, p, stride, scores, scale);
          multiply(false, false, rows, head, extent, scores, stride, k, wide, false, dq + rowAt, wide);
          multiply(true, false, extent, head, rows, scores, stride, q + rowAt, wide, true, dk, wide);
        }
      }
    }
    return result;
  },
);

/** The attention kernels. */
export const attentionKernels: readonly WasmKernel[] = [forward, gradient];
