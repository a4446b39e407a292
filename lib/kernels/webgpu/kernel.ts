import * as tf from "@tensorflow/tfjs";
import type { TensorInfo } from "@tensorflow/tfjs";
import { dispatch, type WebgpuBackend } from "./dispatch.ts";
import type { Program } from "./program.ts";
import { type Tiling, tilingOf } from "./tiling.ts";

/** What kernels work with. */
export interface Workshop {
  readonly backend: WebgpuBackend;
  /** How this adapter likes its loops. */
  readonly tiling: Tiling;
  /** A float32 tensor of undefined content. */
  output(...shape: number[]): TensorInfo;
  /** Queues a dispatch. */
  run(program: Program): void;
  /** Frees tensors that only this kernel saw, once the GPU has run what is queued. */
  release(...tensors: TensorInfo[]): void;
}

/**
 * A kernel for tfjs's registry, backend "webgpu": named inputs and attributes to new tensors, owned by the caller. One
 * that takes the place of tfjs's own may answer undefined: then that runs.
 */
export interface WebgpuKernel {
  readonly name: string;
  readonly run: (
    workshop: Workshop,
    inputs: Readonly<Record<string, TensorInfo>>,
    attrs: Readonly<Record<string, unknown>>,
  ) => TensorInfo | TensorInfo[] | undefined;
}

/** A kernel with the names of its inputs and the type of its attributes. */
export function webgpuKernel<Inputs extends string, Attrs = Record<never, never>>(
  name: string,
  run: (
    workshop: Workshop,
    inputs: Readonly<Record<Inputs, TensorInfo>>,
    attrs: Attrs,
  ) => TensorInfo | TensorInfo[] | undefined,
): WebgpuKernel {
  return { name, run: run as WebgpuKernel["run"] };
}

/** Puts a kernel into tfjs's registry, in the place of another of the same name. */
export function registerKernel(kernel: WebgpuKernel): void {
  const stock = tf.getKernel(kernel.name, "webgpu");
  if (stock) tf.unregisterKernel(kernel.name, "webgpu");
  tf.registerKernel({
    ...stock,
    kernelName: kernel.name,
    backendName: "webgpu",
    kernelFunc: (call) => {
      const shop = workshopOf(call.backend as WebgpuBackend);
      const result = kernel.run(shop, call.inputs as Record<string, TensorInfo>, call.attrs ?? {});
      if (result !== undefined || stock === undefined) return result ?? [];
      return stock.kernelFunc(call);
    },
  });
}

const workshops = new WeakMap<WebgpuBackend, Workshop>();

function workshopOf(backend: WebgpuBackend): Workshop {
  let found = workshops.get(backend);
  if (found === undefined) workshops.set(backend, found = makeWorkshop(backend, tilingOf(backend.device)));
  return found;
}

/** A workshop on a backend with a tiling, whatever the adapter likes. */
export function makeWorkshop(backend: WebgpuBackend, tiling: Tiling): Workshop {
  return {
    backend,
    tiling,
    output: (...shape) => backend.makeTensorInfo(shape, "float32"),
    run: (program) => dispatch(backend, program),
    release: (...tensors) => tensors.forEach(({ dataId }) => backend.disposeData(dataId)),
  };
}

/** Rows and width of a tensor seen as a matrix: its last axis is the width. */
export function matrixShape(tensor: TensorInfo): readonly [rows: number, width: number] {
  return [tf.util.sizeFromShape(tensor.shape.slice(0, -1)), tensor.shape.at(-1) ?? 1];
}

/** The lengths of three or four axes, which the op has checked. */
export function axes(tensor: TensorInfo): readonly [number, number, number, number] {
  return tensor.shape as [number, number, number, number];
}

/** Entries of a tensor. */
export function sizeOf(tensor: TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape);
}

/** The inputs `name0`, `name1`, … in order: how a kernel takes as many as there are. */
export function numbered(inputs: Readonly<Record<string, TensorInfo>>, name: string): TensorInfo[] {
  const found: TensorInfo[] = [];
  for (let i = 0; `${name}${i}` in inputs; i++) found.push(inputs[`${name}${i}`]!);
  return found;
}
