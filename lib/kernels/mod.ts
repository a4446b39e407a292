/**
 * Fast implementations of named kernels, in tfjs's own registry: an op runs the kernel of its name where the current
 * backend has one, and its definition elsewhere.
 * @module
 */
import { registerWasmKernels } from "./wasm/register.ts";
import { registerWebgpuKernels } from "./webgpu/register.ts";

export { registerWasmKernels } from "./wasm/register.ts";
export { registerWebgpuKernels } from "./webgpu/register.ts";
export { useBlas } from "./wasm/product.ts";

/** Registers all kernels that there are for a backend; none for other names. Call it after `tf.setBackend`. */
export async function registerKernels(backendName: string): Promise<void> {
  if (backendName === "wasm") await registerWasmKernels();
  if (backendName === "webgpu") registerWebgpuKernels();
}
