/** What is used of a BLAS, under the names that the libraries give it. */
const symbols = {
  cblas_sgemm: {
    // deno-fmt-ignore
    parameters: [
      "i32", "i32", "i32", "i32", "i32", "i32", "f32", "usize", "i32", "usize", "i32", "f32", "usize", "i32",
    ],
    result: "void",
  },
  // The C library's, which every BLAS stands on.
  memcpy: { parameters: ["buffer", "usize", "usize"], result: "usize" },
  openblas_get_corename: { parameters: [], result: "usize", optional: true },
  bli_arch_query_id: { parameters: [], result: "i32", optional: true },
  bli_arch_string: { parameters: ["i32"], result: "usize", optional: true },
  openblas_set_num_threads: { parameters: ["i32"], result: "void", optional: true },
  bli_thread_set_num_threads: { parameters: ["i64"], result: "void", optional: true },
  MKL_Set_Num_Threads: { parameters: ["i32"], result: "void", optional: true },
  BLASSetThreading: { parameters: ["i32"], result: "i32", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** A BLAS that is open. */
export type Library = Deno.DynamicLibrary<typeof symbols>;

/** Opens a library. Throws what `Deno.dlopen` throws. */
export function openLibrary(path: string): Library {
  return Deno.dlopen(path, symbols);
}

/**
 * The address of a buffer: copying nothing to it answers that. `Deno.UnsafePointer` would want the permission for every
 * library.
 */
export function addressOf({ symbols }: Library, bytes: Uint8Array<ArrayBuffer>): number {
  return Number(symbols.memcpy(bytes, 0n, 0n));
}

/** Sets one thread where the library says how, and tells its kind. */
export function useOneThread({ symbols: s }: Library): string {
  const kinds: [string, ((threads: number) => void) | null][] = [
    ["OpenBLAS", s.openblas_set_num_threads],
    ["BLIS", s.bli_thread_set_num_threads && ((n) => s.bli_thread_set_num_threads?.(BigInt(n)))],
    ["MKL", s.MKL_Set_Num_Threads],
    ["Accelerate", s.BLASSetThreading],
  ];
  const found = kinds.find(([, set]) => set !== null);
  found?.[1]?.(1);
  return found ? `${found[0]}, one thread` : "BLAS, threads of its own";
}

/** The processor that the library's kernels are for, on which its bits and its speed depend; "" if it does not say. */
export function coreOf({ symbols: s }: Library): string {
  const name = s.openblas_get_corename?.() ?? s.bli_arch_string?.(s.bli_arch_query_id?.() ?? 0);
  if (!name) return "";
  const bytes = new Uint8Array(16);
  s.memcpy(bytes, BigInt(name), 16n); // Deno's own way to read foreign text wants unlimited FFI
  return /^[\w-]*/.exec(String.fromCharCode(...bytes))?.[0] ?? "";
}
