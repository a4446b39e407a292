import { axes } from "../kernel.ts";
import { type WasmKernel, wasmKernel } from "./kernel.ts";

/** prediction `[tasks, prefixes, queries, outputs]`, target `[tasks, queries, outputs]` → loss `[tasks, prefixes]`. */
const squaredError = wasmKernel<"prediction" | "target">(
  "AmortizeSquaredError",
  ({ assembly, address, output }, { prediction, target }) => {
    const [tasks, prefixes, queries, outputs] = axes(prediction), loss = output(tasks, prefixes);
    const [from, to] = [address(prediction), address(target)];
    assembly.squaredError(tasks, prefixes, queries * outputs, from, to, address(loss), queries);
    return loss;
  },
);

/** prediction, target, dy `[tasks, prefixes]` → dprediction. */
const squaredErrorGradient = wasmKernel<"prediction" | "target" | "dy">(
  "AmortizeSquaredErrorGradient",
  ({ assembly, address, output }, { prediction, target, dy }) => {
    const [tasks, prefixes, queries, outputs] = axes(prediction), gradient = output(...prediction.shape);
    const [from, to, dyAt, at] = [address(prediction), address(target), address(dy), address(gradient)];
    assembly.squaredErrorGradient(tasks, prefixes, queries * outputs, from, to, dyAt, at, queries);
    return gradient;
  },
);

/** The same shapes; the second result, log Σ exp `[tasks, prefixes, queries]`, is what the gradient wants. */
const crossEntropy = wasmKernel<"prediction" | "target">(
  "AmortizeSoftmaxCrossEntropy",
  ({ assembly, address, output }, { prediction, target }) => {
    const [tasks, prefixes, queries, outputs] = axes(prediction);
    const loss = output(tasks, prefixes), levels = output(tasks, prefixes, queries);
    const [from, to, lossAt, levelsAt] = [address(prediction), address(target), address(loss), address(levels)];
    assembly.crossEntropy(tasks, prefixes, queries, outputs, from, to, lossAt, levelsAt);
    return [loss, levels];
  },
);

/** prediction, target, saved, dy → dprediction. */
const crossEntropyGradient = wasmKernel<"prediction" | "target" | "saved" | "dy">(
  "AmortizeSoftmaxCrossEntropyGradient",
  ({ assembly, address, output }, { prediction, target, saved, dy }) => {
    const [tasks, prefixes, queries, outputs] = axes(prediction), gradient = output(...prediction.shape);
    const [from, to, levels, dyAt] = [address(prediction), address(target), address(saved), address(dy)];
    assembly.crossEntropyGradient(tasks, prefixes, queries, outputs, from, to, levels, dyAt, address(gradient));
    return gradient;
  },
);

/** The losses. */
export const lossKernels: readonly WasmKernel[] = [
  squaredError,
  squaredErrorGradient,
  crossEntropy,
  crossEntropyGradient,
];
