import * as tf from "@tensorflow/tfjs";
import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { SharedBuffer } from "../../errors/shared_buffer.ts";
import { type WasmKernel, wasmKernel } from "./kernel.ts";

interface AdamAttributes {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly correction1: number;
  readonly correction2: number;
  readonly epsilon: number;
  readonly gradientScale: number;
}

/**
 * One step of Adam in place on weight, first and second. The result is the weight's own buffer, held once more: tfjs
 * makes a second tensor of it, and disposing that leaves the weight as it is. Throws {@linkcode SharedBuffer}, before
 * anything is written, where another tensor holds a buffer that would change (a clone does: Identity copies nothing).
 */
const adam = wasmKernel<"weight" | "gradient" | "first" | "second", AdamAttributes>(
  "AmortizeAdam",
  ({ assembly, address, backend }, { weight, gradient, first, second }, attrs) => {
    for (const [name, tensor] of Object.entries({ weight, first, second })) checkUnshared(backend, name, tensor);
    const [w, g, m, v] = [address(weight), address(gradient), address(first), address(second)];
    const { rate, beta1, beta2, correction1, correction2, epsilon, gradientScale } = attrs;
    const count = tf.util.sizeFromShape(weight.shape);
    assembly.adam(count, w, g, m, v, rate, beta1, beta2, correction1, correction2, epsilon, gradientScale);
    backend.incRef(weight.dataId);
    return [{ dataId: weight.dataId, shape: weight.shape, dtype: weight.dtype }];
  },
);

function checkUnshared(backend: BackendWasm, input: string, { dataId, shape }: TensorInfo): void {
  const holders = backend.refCount(dataId);
  if (holders === 1) return;
  const remedy = "dispose the others first (a variable's initial value, clones, views), or hand in a copy by mul(1)";
  throw new SharedBuffer({ where: "AmortizeAdam", input, shape, holders, remedy });
}

/** x → the sum of its squares, a scalar. */
const sumOfSquares = wasmKernel<"x">("AmortizeSumOfSquares", ({ assembly, address, output, memory }, { x }) => {
  const sum = output();
  const value = assembly.sumOfSquares(tf.util.sizeFromShape(x.shape), address(x));
  new Float32Array(memory.buffer, address(sum), 1)[0] = value;
  return sum;
});

/** What the optimiser runs. */
export const adamKernels: readonly WasmKernel[] = [adam, sumOfSquares];
