import * as tf from "@tensorflow/tfjs";
import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { Gemm } from "../../device/blas.ts";
import { makeHeap, type WasmHeap } from "./heap.ts";
import { productOn } from "./product.ts";

/** What kernels work with: the heap, and products on it. */
export interface Workshop extends WasmHeap {
  readonly multiply: Gemm;
}

/**
 * A kernel for tfjs's registry, backend "wasm": named inputs and attributes to new tensors, owned by the caller. One that
 * takes the place of tfjs's own may answer undefined: then that runs.
 */
export interface WasmKernel {
  readonly name: string;
  readonly run: (
    workshop: Workshop,
    inputs: Readonly<Record<string, TensorInfo>>,
    attrs: Readonly<Record<string, unknown>>,
  ) => TensorInfo | TensorInfo[] | undefined;
}

/** A kernel with the names of its inputs and the type of its attributes. */
export function wasmKernel<Inputs extends string, Attrs = Record<never, never>>(
  name: string,
  run: (
    workshop: Workshop,
    inputs: Readonly<Record<Inputs, TensorInfo>>,
    attrs: Attrs,
  ) => TensorInfo | TensorInfo[] | undefined,
): WasmKernel {
  return { name, run: run as WasmKernel["run"] };
}

/** Puts a kernel into tfjs's registry, in the place of another of the same name. */
export function registerKernel(kernel: WasmKernel, compiled: WebAssembly.Module): void {
  const stock = tf.getKernel(kernel.name, "wasm");
  if (stock) tf.unregisterKernel(kernel.name, "wasm");
  tf.registerKernel({
    ...stock, // with its setupFunc, which a backend that is opened again runs
    kernelName: kernel.name,
    backendName: "wasm",
    kernelFunc: (call) => {
      const shop = workshopOf(call.backend as BackendWasm, compiled);
      const result = kernel.run(shop, call.inputs as Record<string, TensorInfo>, call.attrs ?? {});
      if (result !== undefined || stock === undefined) return result ?? [];
      return stock.kernelFunc(call);
    },
  });
}

const workshops = new WeakMap<BackendWasm, Workshop>();
let latest: Workshop | undefined;

/** One workshop a backend: a backend that was removed and opened again has another memory. */
function workshopOf(backend: BackendWasm, compiled: WebAssembly.Module): Workshop {
  if (latest?.backend === backend) return latest;
  let found = workshops.get(backend);
  if (!found) {
    const heap = makeHeap(backend, compiled);
    found = { ...heap, multiply: productOn(heap) };
    workshops.set(backend, found);
  }
  return latest = found;
}

/** Rows and width of a tensor seen as a matrix: its last axis is the width. */
export function matrixShape(tensor: TensorInfo): readonly [rows: number, width: number] {
  const width = tensor.shape.at(-1) ?? 1;
  return [tf.util.sizeFromShape(tensor.shape.slice(0, -1)), width];
}

/** The lengths of three or four axes, which the op has checked. */
export function axes(tensor: TensorInfo): readonly [number, number, number, number] {
  return tensor.shape as [number, number, number, number];
}

/** The inputs `name0`, `name1`, … in order: how a kernel takes as many as there are. */
export function numbered(inputs: Readonly<Record<string, TensorInfo>>, name: string): TensorInfo[] {
  const found: TensorInfo[] = [];
  for (let i = 0; `${name}${i}` in inputs; i++) found.push(inputs[`${name}${i}`]!);
  return found;
}
