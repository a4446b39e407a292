import { checkUnshared } from "../unshared.ts";
import { elementwise } from "./elementwise.ts";
import { numbered, sizeOf } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";

/** Pairs of a dispatch: two buffers each, of the eight that every GPU has. */
const pairs = 4;

/**
 * sum ← sum + term in place, for as many pairs `sum0`, `term0`, `sum1`, … as there are; no results. Throws
 * `SharedBuffer`, before anything is queued, where another tensor holds a sum.
 */
const accumulate = webgpuKernel<string>("AmortizeAccumulate", (shop, inputs) => {
  const sums = numbered(inputs, "sum");
  for (const [i, sum] of sums.entries()) checkUnshared(shop.backend, "AmortizeAccumulate", `sum${i}`, sum);
  const filled = sums.map((sum, i) => ({ sum, term: inputs[`term${i}`]! })).filter(({ sum }) => sizeOf(sum) > 0);
  for (let first = 0; first < filled.length; first += pairs) {
    const some = filled.slice(first, first + pairs), sizes = some.map(({ sum }) => sizeOf(sum));
    shop.run(elementwise({
      key: `accumulate ${sizes}`,
      reads: Object.fromEntries(some.map(({ term }, i) => [`term${i}`, term])),
      writes: Object.fromEntries(some.map(({ sum }, i) => [`sum${i}`, sum])),
      size: Math.max(...sizes),
      text: sizes.map((size, i) => `if (i < ${size}u) { sum${i}[i] += term${i}[i]; }`).join("\n  "),
    }));
  }
  return [];
});

/** Sums in place. */
export const accumulateKernels: readonly WebgpuKernel[] = [accumulate];
