import * as tf from "@tensorflow/tfjs";
import { numbered } from "../kernel.ts";
import { type WasmKernel, wasmKernel } from "./kernel.ts";
import type { AdamAttributes } from "../adam_attributes.ts";
import { checkUnshared } from "../unshared.ts";

/**
 * One step of Adam in place on `weight0`, `first0` and `second0` by `gradient0`, on `weight1` …, as many as there are; no
 * results. Throws `SharedBuffer`, before anything is written, where another tensor holds a buffer that would change (a
 * clone does: Identity copies nothing).
 */
const adam = wasmKernel<string, AdamAttributes>("AmortizeAdam", ({ assembly, address, backend }, inputs, attrs) => {
  const { rate, beta1, beta2, correction1, correction2, epsilon, gradientScale } = attrs;
  const count = numbered(inputs, "weight").length, at = (name: string) => address(inputs[name]!);
  for (let i = 0; i < count; i++) {
    for (const name of ["weight", "first", "second"]) {
      checkUnshared(backend, "AmortizeAdam", `${name}${i}`, inputs[`${name}${i}`]!);
    }
  }
  for (let i = 0; i < count; i++) {
    const size = tf.util.sizeFromShape(inputs[`weight${i}`]!.shape);
    const [w, m, v] = [at(`weight${i}`), at(`first${i}`), at(`second${i}`)];
    const g = at(`gradient${i}`);
    assembly.adam(size, w, g, m, v, rate, beta1, beta2, correction1, correction2, epsilon, gradientScale);
  }
  return [];
});

/** `x0`, `x1`, … → the sum of all their squares, a scalar. */
const sumOfSquares = wasmKernel<string>("AmortizeSumOfSquares", ({ assembly, address, output, memory }, inputs) => {
  const sum = output();
  let value = 0;
  for (const x of numbered(inputs, "x")) value += assembly.sumOfSquares(tf.util.sizeFromShape(x.shape), address(x));
  new Float32Array(memory.buffer, address(sum), 1)[0] = value;
  return sum;
});

/** What the optimiser runs. */
export const adamKernels: readonly WasmKernel[] = [adam, sumOfSquares];
