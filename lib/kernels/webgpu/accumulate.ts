import { checkUnshared } from "../unshared.ts";
import { numbered } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";
import { runSeveral } from "./several.ts";

/**
 * sum ← sum + term in place, for as many pairs `sum0`, `term0`, `sum1`, … as there are; no results. Throws
 * `SharedBuffer`, before anything is queued, where another tensor holds a sum.
 */
const accumulate = webgpuKernel<string>("AmortizeAccumulate", (shop, inputs) => {
  const sum = numbered(inputs, "sum"), term = numbered(inputs, "term");
  for (const [i, tensor] of sum.entries()) checkUnshared(shop.backend, "AmortizeAccumulate", `sum${i}`, tensor);
  const text = (of: (name: string) => string): string => `${of("sum")}[i] += ${of("term")}[i];`;
  runSeveral(shop, { key: "accumulate", reads: { term }, writes: { sum }, text });
  return [];
});

/** Sums in place. */
export const accumulateKernels: readonly WebgpuKernel[] = [accumulate];
