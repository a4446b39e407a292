import * as tf from "@tensorflow/tfjs";
import { numbered } from "../kernel.ts";
import { type WasmKernel, wasmKernel } from "./kernel.ts";
import { checkUnshared } from "../unshared.ts";

/**
 * sum ← sum + term in place, for as many pairs `sum0`, `term0`, `sum1`, … as there are; no results. Throws
 * `SharedBuffer`, before anything is written, where another tensor holds a sum.
 */
const accumulate = wasmKernel<string>("AmortizeAccumulate", ({ assembly, address, backend }, inputs) => {
  const sums = numbered(inputs, "sum");
  for (const [i, sum] of sums.entries()) checkUnshared(backend, "AmortizeAccumulate", `sum${i}`, sum);
  for (const [i, sum] of sums.entries()) {
    assembly.accumulate(tf.util.sizeFromShape(sum.shape), address(sum), address(inputs[`term${i}`]!));
  }
  return [];
});

/** Sums in place. */
export const accumulateKernels: readonly WasmKernel[] = [accumulate];
