import { numbered, sizeOf } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";

/** Tensors of a dispatch at most: its text grows with them. */
const atOnce = 16;

/** Entries that a thread sums, and threads of a work-group. */
const entries = 16, threads = 64;

/**
 * `x0`, `x1`, … → the sum of all their squares, a scalar, in two stages and a fixed order: partial sums of 16 entries a
 * thread and 64 threads a work-group, then all of those by one work-group.
 */
const sumOfSquares = webgpuKernel<string>("AmortizeSumOfSquares", (shop, inputs) => {
  const xs = numbered(inputs, "x").filter((x) => sizeOf(x) > 0);
  const groupsOf = xs.map((x) => Math.ceil(sizeOf(x) / (entries * threads)));
  const count = groupsOf.reduce((a, b) => a + b, 0), partial = shop.output(Math.max(1, count)), sum = shop.output();
  const several = Math.min(atOnce, shop.backend.device.limits.maxStorageBuffersPerShaderStage - 1);
  let done = 0;
  for (let first = 0; first < xs.length; first += several) {
    const some = xs.slice(first, first + several), groups = groupsOf.slice(first, first + several), offset = done;
    let from = 0;
    const parts = some.map((x, i) => {
      const begin = from;
      from += groups[i]!;
      return `if (group >= ${begin}u && group < ${from}u) {
    for (var j = 0u; j < ${entries}u; j++) {
      let at = ((group - ${begin}u) * ${entries}u + j) * ${threads}u + lane;
      if (at < ${sizeOf(x)}u) { let v = x${i}[at]; sum += v * v; }
    }
  }`;
    });
    done += from;
    shop.run({
      key: `squares ${some.map(sizeOf)} at ${offset}`,
      reads: Object.fromEntries(some.map((x, i) => [`x${i}`, x])),
      writes: { partial },
      threads,
      groups: from,
      text: () =>
        `${together("partial", `${offset}u + group`)}
fn run(group: u32, lane: u32) {
  var sum = 0.0;
  ${parts.join("\n  ")}
  together(sum, group, lane);
}`,
    });
  }
  shop.run({
    key: `sumOfPartials ${count}`,
    reads: { partial },
    writes: { all: sum },
    threads,
    groups: 1,
    text: () =>
      `${together("all", "group")}
fn run(group: u32, lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < ${count}u; i += ${threads}u) { sum += partial[i]; }
  together(sum, group, lane);
}`,
  });
  shop.release(partial);
  return sum;
});

/** `together(x, group, lane)` stores the sum of what the threads of a work-group have. */
function together(array: string, at: string): string {
  return `var<workgroup> parts: array<f32, ${threads}>;
fn together(x: f32, group: u32, lane: u32) {
  parts[lane] = x;
  workgroupBarrier();
  if (lane == 0u) {
    var v = 0.0;
    for (var i = 0u; i < ${threads}u; i++) { v += parts[i]; }
    ${array}[${at}] = v;
  }
}`;
}

/** What clipping runs. */
export const sumOfSquaresKernels: readonly WebgpuKernel[] = [sumOfSquares];
