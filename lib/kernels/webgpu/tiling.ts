/** How kernels are laid out on an adapter. */
export interface Tiling {
  /**
   * Products: `registers` keeps 8 × 4 results a thread and shares nothing; `shared` takes tiles of 64 × 64 through
   * work-group memory, 4 × 4 a thread.
   */
  readonly product: "registers" | "shared";
  /** Threads that share a row's sums; one needs no barrier. */
  readonly lanes: number;
}

/** A processor in a GPU's place pays for barriers and for memory that threads share. */
export const softwareTiling: Tiling = { product: "registers", lanes: 1 };

/** Many threads, fast shared memory. */
export const gpuTiling: Tiling = { product: "shared", lanes: 16 };

/** The one place where the adapter decides. */
export function tilingOf(device: GPUDevice): Tiling {
  const { adapterInfo } = device as {
    readonly adapterInfo?: GPUAdapterInfo & { readonly isFallbackAdapter?: boolean };
  };
  const software = adapterInfo?.isFallbackAdapter === true ||
    /llvmpipe|lavapipe|swiftshader|basic render/i.test(adapterInfo?.description ?? "");
  return software ? softwareTiling : gpuTiling;
}
