import { accumulateKernels } from "./accumulate.ts";
import { adamKernels } from "./adam.ts";
import { attentionKernels } from "./attention.ts";
import { batchMatMulKernels } from "./batch_mat_mul.ts";
import { registerKernel } from "../kernel.ts";
import type { WebgpuBackend } from "./dispatch.ts";
import { guardStepKernels } from "./guard_step.ts";
import { type WebgpuKernel, workshopOf } from "./kernel.ts";
import { layerNormKernels } from "./layer_norm.ts";
import { linearKernels } from "./linear.ts";
import { linearGeluKernels } from "./linear_gelu.ts";
import { lossKernels } from "./losses.ts";
import { philoxKernels } from "./philox_normals.ts";
import { prefixMeanKernels } from "./prefix_means.ts";
import { sumKernels } from "./sum.ts";
import { sumOfSquaresKernels } from "./sum_of_squares.ts";

/** All kernels of the webgpu backend; some replace tfjs's own. */
export const webgpuKernels: readonly WebgpuKernel[] = [
  ...linearKernels,
  ...linearGeluKernels,
  ...layerNormKernels,
  ...attentionKernels,
  ...lossKernels,
  ...prefixMeanKernels,
  ...adamKernels,
  ...guardStepKernels,
  ...accumulateKernels,
  ...sumOfSquaresKernels,
  ...sumKernels,
  ...batchMatMulKernels,
  ...philoxKernels,
];

let registered = false;

/** Puts our kernels into tfjs's registry for the backend "webgpu"; a second call does nothing. */
export function registerWebgpuKernels(): void {
  if (registered) return;
  registered = true;
  for (const kernel of webgpuKernels) {
    registerKernel(kernel, "webgpu", (backend) => workshopOf(backend as unknown as WebgpuBackend));
  }
}
