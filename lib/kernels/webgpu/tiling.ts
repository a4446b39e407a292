import type { TensorInfo } from "@tensorflow/tfjs";
import { sizeOf } from "../kernel.ts";

/** How kernels are laid out on an adapter. */
export interface Tiling {
  /**
   * Products: `registers` keeps up to 16 × 16 results a thread and shares nothing; `shared` takes tiles of 64 × 64 through
   * work-group memory, 4 × 4 a thread.
   */
  readonly product: "registers" | "shared";
  /** Attention: in `registers` a thread has some rows and shares nothing; `shared` has 64 rows a work-group, one a thread. */
  readonly attention: "registers" | "shared";
  /** Threads that share a row's sums; one needs no barrier. */
  readonly lanes: number;
}

/**
 * A processor in a GPU's place pays for barriers, for memory that threads share, and for each reading, of one number nearly
 * as much as of four.
 */
export const softwareTiling: Tiling = { product: "registers", attention: "registers", lanes: 1 };

/** Many threads, fast shared memory. */
export const gpuTiling: Tiling = { product: "shared", attention: "shared", lanes: 16 };

/** The one place where the adapter decides. */
export function tilingOf(device: GPUDevice): Tiling {
  const { adapterInfo } = device as {
    readonly adapterInfo?: GPUAdapterInfo & { readonly isFallbackAdapter?: boolean };
  };
  const software = adapterInfo?.isFallbackAdapter === true ||
    /llvmpipe|lavapipe|swiftshader|basic render/i.test(adapterInfo?.description ?? "");
  return software ? softwareTiling : gpuTiling;
}

/** Whether rows so long are read and written in fours. */
export function rowsInFours({ product }: Tiling, length: number): boolean {
  return product === "registers" && length % 4 === 0;
}

/** Whether a tensor is read and written in fours, entry by entry. */
export function inFours(tiling: Tiling, tensor: TensorInfo): boolean {
  return tensor.dtype === "float32" && rowsInFours(tiling, sizeOf(tensor));
}
