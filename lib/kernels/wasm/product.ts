import type { Blas, Gemm } from "../../device/blas.ts";
import type { WasmHeap } from "./heap.ts";

/**
 * Products of fewer multiplications than this stay in wasm: with OpenBLAS 0.3.21 an 8 × 8 × 8 takes 0.35 µs against
 * 0.12 µs, 16 × 16 × 16 0.53 against 0.28, 24 × 24 × 24 the same, 32 × 32 × 32 1.3 against 1.8.
 */
const blasFrom = 12_288;

let blas: Blas | undefined;

/** From now on products on the wasm backend go to this library, or with `undefined` to our own code again. */
export function useBlas(library: Blas | undefined): void {
  blas = library;
}

/** The products on one heap: a BLAS's where one is in use and it pays, else ours. Sizes may be 0. */
export function productOn(heap: WasmHeap): Gemm {
  const { assembly, memory } = heap, scratch = heap.keep(assembly.gemmScratchBytes());
  let bound: { readonly blas: Blas; readonly gemm: Gemm } | undefined;
  return (transposeA, transposeB, m, n, k, a, lda, b, ldb, add, c, ldc) => {
    if (m === 0 || n === 0) return;
    if (blas !== undefined && m * n * k >= blasFrom) {
      if (bound?.blas !== blas) bound = { blas, gemm: blas.on(memory) };
      return bound.gemm(transposeA, transposeB, m, n, k, a, lda, b, ldb, add, c, ldc);
    }
    assembly.gemm(+transposeA, +transposeB, m, n, k, a, lda, b, ldb, +add, c, ldc, scratch);
  };
}
