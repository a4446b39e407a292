import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { Effect } from "effect";
import { surveyBlas } from "../../lib/device/blas.ts";
import { registerKernels, useBlas } from "../../lib/kernels/mod.ts";

/** Which kernels a benchmark runs on. */
export type Kernels = "stock tfjs" | "our wasm" | "our wasm, BLAS";

for (const name of ["OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OPENBLAS_L2_SIZE"]) Deno.env.delete(name);

tf.enableProdMode();
await tf.setBackend("wasm");
const stock = tf.getKernelsForBackend("wasm");
await registerKernels("wasm");
const ours = tf.getKernelsForBackend("wasm");
const { blas } = await Effect.runPromise(surveyBlas("auto"));

/** The kernels that can be compared here: a BLAS only where one was found and allowed. */
export const available: readonly Kernels[] = [
  "stock tfjs",
  "our wasm",
  ...(blas === undefined ? [] : ["our wasm, BLAS"] as const),
];

let current: Kernels = "our wasm";

/**
 * Puts the kernels that are asked for into tfjs's registry, of which a process has only one: stock ones were kept before
 * ours were registered, BatchMatMul, Identity and Sum among them.
 */
export function useKernels(wanted: Kernels): void {
  useBlas(wanted === "our wasm, BLAS" ? blas : undefined);
  if ((wanted === "stock tfjs") === (current === "stock tfjs")) {
    current = wanted;
    return;
  }
  current = wanted;
  for (const { kernelName } of tf.getKernelsForBackend("wasm")) tf.unregisterKernel(kernelName, "wasm");
  for (const kernel of wanted === "stock tfjs" ? stock : ours) tf.registerKernel(kernel);
}
