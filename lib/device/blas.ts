import { Effect } from "effect";
import { BlasUnavailable } from "../errors/blas_unavailable.ts";
import { addressOf, coreOf, type Library, openLibrary, useOneThread } from "./_blas_library.ts";

/**
 * c = op(a) op(b), or c += op(a) op(b) if `add`. op(a) is [m, k], op(b) [k, n], c [m, n], row-major; a, b, c are byte
 * addresses in the wasm memory, lda, ldb, ldc row lengths in floats. m, n, k are at least 1.
 */
// deno-fmt-ignore
export type Gemm = (
  transposeA: boolean, transposeB: boolean, m: number, n: number, k: number,
  a: number, lda: number, b: number, ldb: number, add: boolean, c: number, ldc: number,
) => void;

/** A BLAS library of this machine. */
export interface Blas {
  /** The library's file. */
  readonly path: string;
  /** Its kind, path and threads, for people and for sessions.jsonl. */
  readonly description: string;
  /** Its products on one wasm memory; follows the memory when it grows. */
  readonly on: (memory: WebAssembly.Memory) => Gemm;
  /** Unloads the library; its products must not be called afterwards. */
  readonly close: () => void;
}

/** What came of a choice of BLAS. */
export interface BlasSurvey {
  readonly blas: Blas | undefined;
  /** Which library products go to and why. */
  readonly description: string;
  /** Each path that was looked at and what came of it. */
  readonly tried: readonly { readonly path: string; readonly outcome: string }[];
}

/**
 * Where systems keep their BLAS, best first. `--allow-ffi` with exactly these paths keeps the sandbox narrow; paths that
 * do not exist do no harm there.
 */
export const usualBlasPaths: readonly string[] = [
  "/usr/lib/x86_64-linux-gnu/libopenblas.so.0",
  "/usr/lib/aarch64-linux-gnu/libopenblas.so.0",
  "/usr/lib64/libopenblas.so.0",
  "/usr/lib/libopenblas.so.0",
  "/usr/lib/x86_64-linux-gnu/libblis.so.4",
  "/usr/lib/aarch64-linux-gnu/libblis.so.4",
  "/usr/lib64/libblis.so.4",
  "/usr/lib/x86_64-linux-gnu/libmkl_rt.so",
  "/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.so.2",
  "/System/Library/Frameworks/Accelerate.framework/Accelerate",
  "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
];

/**
 * Opens a BLAS: `"off"` none, `"auto"` the first usual one that is there, allowed and works (else none), a path exactly
 * that one. It is set to one thread, which is fastest beside workers and gives equal bits whatever the machine's cores.
 * Never asks for a permission. Fails with {@linkcode BlasUnavailable} only for a path.
 */
export function openBlas(choice: "auto" | "off" | string): Effect.Effect<Blas | undefined, BlasUnavailable> {
  return Effect.map(surveyBlas(choice), (survey) => survey.blas);
}

/** {@linkcode openBlas}, telling also what was tried and why it chose so. */
export function surveyBlas(choice: "auto" | "off" | string): Effect.Effect<BlasSurvey, BlasUnavailable> {
  return Effect.suspend((): Effect.Effect<BlasSurvey, BlasUnavailable> => {
    if (choice === "off") {
      return Effect.succeed({ blas: undefined, description: "own products: BLAS is off", tried: [] });
    }
    const tried: { path: string; outcome: string }[] = [];
    for (const path of choice === "auto" ? usualBlasPaths : [choice]) {
      const found = open(path, choice);
      if (typeof found !== "string") {
        tried.push({ path, outcome: "opened" });
        return Effect.succeed({ blas: found, description: found.description, tried });
      }
      tried.push({ path, outcome: found });
    }
    if (choice !== "auto") {
      const remedy = `name another library, or use "auto" or "off", or allow it by --allow-ffi=${choice}`;
      const reason = tried[0]?.outcome ?? notThere;
      return Effect.fail(new BlasUnavailable({ path: choice, reason, usual: usualBlasPaths, remedy }));
    }
    const broken = tried.filter(({ outcome }) => outcome !== notThere && outcome !== notAllowed);
    const why = broken.map(({ path, outcome }) => `${path}: ${outcome}`).concat(
      tried.every(({ outcome }) => outcome === notAllowed) ? ["--allow-ffi names no usual BLAS"] : [],
    );
    const description = `own products: ${why.join("; ") || "no usual BLAS is there"}`;
    return Effect.succeed({ blas: undefined, description, tried });
  });
}

const notThere = "there is no such file";
const notAllowed = "not allowed by --allow-ffi";
const onlyGeneric = "it has only generic kernels for this processor, slower than our own";
const wrongProducts = "its cblas_sgemm gives wrong products";

/** The library at a path, or why not. */
function open(path: string, choice: string): Blas | string {
  if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") return notAllowed;
  let library: Library;
  try {
    library = openLibrary(path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return /no such file|not found|cannot open shared object/i.test(message) ? notThere : message;
  }
  const on = (memory: WebAssembly.Memory) => gemmOn(library, memory);
  const kind = useOneThread(library), core = coreOf(library);
  const reason = multiplies(on) ? choice === "auto" && core === "generic" ? onlyGeneric : undefined : wrongProducts;
  if (reason !== undefined) {
    library.close();
    return reason;
  }
  const description = `${kind}${core && ` (${core})`} at ${path}`;
  return { path, description, on, close: () => library.close() };
}

const rowMajor = 101, plain = 111, transposed = 112;

function gemmOn(library: Library, memory: WebAssembly.Memory): Gemm {
  // Addresses as numbers, which Deno takes as they are: bigints, as its types want them, cost ten times the call.
  const cblas_sgemm = library.symbols.cblas_sgemm as unknown as (...args: number[]) => void;
  let buffer: ArrayBufferLike | undefined, base = 0;
  return (transposeA, transposeB, m, n, k, a, lda, b, ldb, add, c, ldc) => {
    if (memory.buffer !== buffer) {
      buffer = memory.buffer; // the old one is detached when the memory grows
      base = addressOf(library, new Uint8Array(buffer as ArrayBuffer));
    }
    // deno-fmt-ignore
    cblas_sgemm(
      rowMajor, transposeA ? transposed : plain, transposeB ? transposed : plain,
      m, n, k, 1, base + a, lda, base + b, ldb, add ? 1 : 0, base + c, ldc,
    );
  };
}

/** [[1, 2], [3, 4]] [[5, 6], [7, 8]] in a small memory: a library with other integers or another order is found out. */
function multiplies(on: (memory: WebAssembly.Memory) => Gemm): boolean {
  const memory = new WebAssembly.Memory({ initial: 1 }), floats = new Float32Array(memory.buffer);
  floats.set([1, 2, 3, 4, 5, 6, 7, 8]);
  on(memory)(false, false, 2, 2, 2, 0, 2, 16, 2, false, 32, 2);
  return [19, 22, 43, 50].every((value, i) => floats[8 + i] === value);
}
