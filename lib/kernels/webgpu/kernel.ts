import type { TensorInfo } from "@tensorflow/tfjs";
import { type DeclareKernel, declareKernel, type Kernel } from "../kernel.ts";
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

/** A kernel of the WebGPU backend. */
export type WebgpuKernel = Kernel<Workshop>;

/** Makes one. */
export const webgpuKernel: DeclareKernel<Workshop> = declareKernel;

const workshops = new WeakMap<WebgpuBackend, Workshop>();

/** One workshop a backend. */
export function workshopOf(backend: WebgpuBackend): Workshop {
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
