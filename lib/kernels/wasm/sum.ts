import * as tf from "@tensorflow/tfjs";
import { type WasmKernel, wasmKernel } from "./kernel.ts";

interface Reduction {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

/** tfjs's Sum over the leading axes, which its own does by a transpose first (1024 × 256: 2.7 ms, here 0.05). */
const sum = wasmKernel<"x", Reduction>("Sum", ({ assembly, address, output }, { x }, { axis, keepDims }) => {
  const axes = tf.util.parseAxisParam(axis, x.shape), leading = axes.length;
  const wanted = [...axes].sort((a, b) => a - b).every((a, i) => a === i);
  if (x.dtype !== "float32" || !wanted || leading === 0 || leading === x.shape.length) return undefined;
  const kept = x.shape.slice(leading), rows = tf.util.sizeFromShape(x.shape.slice(0, leading));
  const y = output(...(keepDims ? x.shape.map((n, i) => i < leading ? 1 : n) : kept));
  assembly.columnSums(rows, tf.util.sizeFromShape(kept), address(x), address(y));
  return y;
});

/** tfjs's own sums that are slow. */
export const sumKernels: readonly WasmKernel[] = [sum];
