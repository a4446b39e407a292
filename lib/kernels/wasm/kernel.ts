import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { Gemm } from "../../device/blas.ts";
import { type DeclareKernel, declareKernel, type Kernel } from "../kernel.ts";
import { makeHeap, type WasmHeap } from "./heap.ts";
import { productOn } from "./product.ts";

/** What kernels work with: the heap, and products on it. */
export interface Workshop extends WasmHeap {
  readonly multiply: Gemm;
}

/** A kernel of the wasm backend. */
export type WasmKernel = Kernel<Workshop>;

/** Makes one. */
export const wasmKernel: DeclareKernel<Workshop> = declareKernel;

const workshops = new WeakMap<BackendWasm, Workshop>();
let latest: Workshop | undefined;

/** One workshop a backend: a backend that was removed and opened again has another memory. */
export function workshopOf(backend: BackendWasm, compiled: WebAssembly.Module): Workshop {
  if (latest?.backend === backend) return latest;
  let found = workshops.get(backend);
  if (!found) {
    const heap = makeHeap(backend, compiled);
    found = { ...heap, multiply: productOn(heap) };
    workshops.set(backend, found);
  }
  return latest = found;
}
