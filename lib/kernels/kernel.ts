import * as tf from "@tensorflow/tfjs";
import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs";

/**
 * A kernel for tfjs's registry: named inputs and attributes to new tensors, owned by the caller. One that takes the place
 * of tfjs's own may answer undefined: then that runs.
 */
export interface Kernel<Workshop> {
  readonly name: string;
  readonly run: (
    workshop: Workshop,
    inputs: Readonly<Record<string, TensorInfo>>,
    attrs: Readonly<Record<string, unknown>>,
  ) => TensorInfo | TensorInfo[] | undefined;
}

/** Makes a kernel with the names of its inputs and the type of its attributes. */
export type DeclareKernel<Workshop> = <Inputs extends string, Attrs = Record<never, never>>(
  name: string,
  run: (
    workshop: Workshop,
    inputs: Readonly<Record<Inputs, TensorInfo>>,
    attrs: Attrs,
  ) => TensorInfo | TensorInfo[] | undefined,
) => Kernel<Workshop>;

/** The one {@linkcode DeclareKernel}, whatever the workshop. */
export function declareKernel<Workshop, Inputs extends string, Attrs>(
  name: string,
  run: (
    workshop: Workshop,
    inputs: Readonly<Record<Inputs, TensorInfo>>,
    attrs: Attrs,
  ) => TensorInfo | TensorInfo[] | undefined,
): Kernel<Workshop> {
  return { name, run: run as Kernel<Workshop>["run"] };
}

/** Puts a kernel into tfjs's registry for a backend, in the place of another of the same name. */
export function registerKernel<Workshop>(
  kernel: Kernel<Workshop>,
  backendName: string,
  workshopOf: (backend: KernelBackend) => Workshop,
): void {
  const stock = tf.getKernel(kernel.name, backendName);
  if (stock) tf.unregisterKernel(kernel.name, backendName);
  tf.registerKernel({
    ...stock, // with its setupFunc, which a backend that is opened again runs
    kernelName: kernel.name,
    backendName,
    kernelFunc: (call) => {
      const shop = workshopOf(call.backend as KernelBackend);
      const result = kernel.run(shop, call.inputs as Record<string, TensorInfo>, call.attrs ?? {});
      if (result !== undefined || stock === undefined) return result ?? [];
      return stock.kernelFunc(call);
    },
  });
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
