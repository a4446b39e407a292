import * as tf from "@tensorflow/tfjs";
import { assert } from "@std/assert";
import { registerKernels } from "../../lib/kernels/mod.ts";
import type { WebgpuBackend } from "../../lib/kernels/webgpu/dispatch.ts";
import { makeWorkshop, type Workshop } from "../../lib/kernels/webgpu/kernel.ts";
import { webgpuKernels } from "../../lib/kernels/webgpu/register.ts";
import { gpuTiling, softwareTiling } from "../../lib/kernels/webgpu/tiling.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";
import { type Input, toTensor } from "./_wasm.ts";

/** Runs a kernel by name and reads its results; nothing stays behind. */
export type RunKernel = (
  name: string,
  inputs: Readonly<Record<string, Input>>,
  attrs?: Readonly<Record<string, number | boolean>>,
) => Promise<Float32Array[]>;

/** Registers a test of kernels that have one layout. */
export function onWebgpu(title: string, run: (kernel: RunKernel) => Promise<void>): void {
  const body = (): Promise<void> => run(runOn(makeWorkshop(tf.backend() as unknown as WebgpuBackend, gpuTiling)));
  onEveryBackend(title, body, { backends: ["webgpu"], kernels: registerKernels });
}

/** Registers a test for each way that kernels are laid out: as software adapters like it, and as GPUs do. */
export function withBothTilings(title: string, run: (kernel: RunKernel) => Promise<void>): void {
  for (const [name, tiling] of Object.entries({ software: softwareTiling, gpu: gpuTiling })) {
    const body = (): Promise<void> => run(runOn(makeWorkshop(tf.backend() as unknown as WebgpuBackend, tiling)));
    onEveryBackend(`${title} (${name} tiling)`, body, { backends: ["webgpu"], kernels: registerKernels });
  }
}

function runOn(shop: Workshop): RunKernel {
  return (name, inputs, attrs = {}) =>
    assertNoLeak(async () => {
      const kernel = webgpuKernels.find((kernel) => kernel.name === name);
      assert(kernel, `${name} is there`);
      const tensors = Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, toTensor(input)]));
      const infos = [kernel.run(shop, tensors, attrs) ?? []].flat();
      const results = infos.map((info) => tf.engine().makeTensorFromTensorInfo(info));
      const read = await Promise.all(results.map((tensor) => tensor.data<"float32">()));
      tf.dispose([...results, ...Object.values(tensors)]);
      return read.map((data) => data.slice());
    });
}

/** Fails unless each number is within `relative` times the largest, or times `scale` where that is more; NaN must meet NaN. */
export function assertNear(
  what: string,
  found: Float32Array,
  wanted: ArrayLike<number>,
  relative = 1e-6,
  scale = 1e-30,
): void {
  assert(found.length === wanted.length, `${what}: found ${found.length} numbers, wanted ${wanted.length}`);
  let largest = scale;
  for (let i = 0; i < wanted.length; i++) largest = Math.max(largest, Math.abs(wanted[i]!) || 0);
  for (let i = 0; i < found.length; i++) {
    const a = found[i]!, b = wanted[i]!;
    const near = Number.isNaN(b) ? Number.isNaN(a) : Math.abs(a - b) <= relative * largest;
    assert(near, `${what}[${i}]: found ${a}, wanted ${b}, the largest is ${largest}`);
  }
}
