import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { accumulateKernels } from "./accumulate.ts";
import { adamKernels } from "./adam.ts";
import { attentionKernels } from "./attention.ts";
import { batchMatMulKernels } from "./batch_mat_mul.ts";
import { copyKernels } from "./copies.ts";
import { identityKernels } from "./identity.ts";
import { registerKernel } from "../kernel.ts";
import { type WasmKernel, workshopOf } from "./kernel.ts";
import { layerNormKernels } from "./layer_norm.ts";
import { linearKernels } from "./linear.ts";
import { lossKernels } from "./losses.ts";
import { moduleBase64 } from "./module.ts";
import { philoxKernels } from "./philox_normals.ts";
import { prefixMeanKernels } from "./prefix_means.ts";
import { sumKernels } from "./sum.ts";

/** All kernels of the wasm backend; some replace tfjs's own. */
export const wasmKernels: readonly WasmKernel[] = [
  ...linearKernels,
  ...layerNormKernels,
  ...attentionKernels,
  ...lossKernels,
  ...prefixMeanKernels,
  ...adamKernels,
  ...accumulateKernels,
  ...batchMatMulKernels,
  ...identityKernels,
  ...copyKernels,
  ...sumKernels,
  ...philoxKernels,
];

let registered: Promise<void> | undefined;

/**
 * Compiles our module and puts its kernels into tfjs's registry for the backend "wasm"; a second call does nothing. The
 * module joins the memory of the backend when the first kernel runs. Where the machine has no relaxed SIMD nothing is
 * registered, and ops run by their definitions.
 */
export function registerWasmKernels(): Promise<void> {
  return registered ??= register();
}

async function register(): Promise<void> {
  const bytes = Uint8Array.from(atob(moduleBase64.replace(/\s/g, "")), (c) => c.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return;
  const compiled = await WebAssembly.compile(bytes);
  for (const kernel of wasmKernels) {
    registerKernel(kernel, "wasm", (backend) => workshopOf(backend as BackendWasm, compiled));
  }
}
