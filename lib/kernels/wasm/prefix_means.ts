import { axes } from "../kernel.ts";
import { type WasmKernel, wasmKernel } from "./kernel.ts";

/** x `[tasks, n, features]` → its running mean over n. */
const prefixMean = wasmKernel<"x">("AmortizePrefixMean", ({ assembly, address, output }, { x }) => {
  const [tasks, n, features] = axes(x), y = output(...x.shape);
  assembly.prefixMean(tasks, n, features, address(x), address(y));
  return y;
});

/** dy → dx. */
const prefixMeanGradient = wasmKernel<"dy">("AmortizePrefixMeanGradient", ({ assembly, address, output }, { dy }) => {
  const [tasks, n, features] = axes(dy), dx = output(...dy.shape);
  assembly.prefixMeanGradient(tasks, n, features, address(dy), address(dx));
  return dx;
});

/** x `[tasks, n, features]`, c `[tasks, n, outputs]` → `[tasks, n, features, outputs]`, the running mean of x ⊗ c. */
const outerPrefixMean = wasmKernel<"x" | "c">(
  "AmortizeOuterPrefixMean",
  ({ assembly, address, output, scratch }, { x, c }) => {
    const [tasks, n, features] = axes(x), [, , outputs] = axes(c), y = output(tasks, n, features, outputs);
    const room = scratch(4 * assembly.outerPrefixMeanScratch(features, outputs));
    assembly.outerPrefixMean(tasks, n, features, outputs, address(x), address(c), address(y), room);
    return y;
  },
);

/** x, c, dy `[tasks, n, features, outputs]` → dc; x is data and gets no gradient. */
const outerPrefixMeanGradient = wasmKernel<"x" | "c" | "dy">(
  "AmortizeOuterPrefixMeanGradient",
  ({ assembly, address, output, scratch }, { x, c, dy }) => {
    const [tasks, n, features] = axes(x), [, , outputs] = axes(c), dc = output(...c.shape);
    const room = scratch(4 * assembly.outerPrefixMeanScratch(features, outputs));
    assembly.outerPrefixMeanGradient(tasks, n, features, outputs, address(x), address(dy), address(dc), room);
    return dc;
  },
);

/** The running means. */
export const prefixMeanKernels: readonly WasmKernel[] = [
  prefixMean,
  prefixMeanGradient,
  outerPrefixMean,
  outerPrefixMeanGradient,
];
