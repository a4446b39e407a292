import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { WasmMemoryExhausted } from "../../errors/wasm_memory_exhausted.ts";
import type { AssemblyExports } from "./assembly_exports.ts";

/** tfjs's wasm memory with our module on it: where tensors lie, and room for results. */
export interface WasmHeap {
  readonly backend: BackendWasm;
  readonly memory: WebAssembly.Memory;
  readonly assembly: AssemblyExports;
  /** Byte address of a tensor. */
  address(tensor: TensorInfo): number;
  /** A float32 tensor of undefined content. Throws {@linkcode WasmMemoryExhausted}. */
  output(...shape: number[]): TensorInfo;
  /**
   * Address of at least `bytes` bytes that no tensor has, valid until the next call. One buffer serves all kernels; it
   * grows by doubling and is given back only with the backend.
   */
  scratch(bytes: number): number;
  /** Address of bytes that are never given back. */
  keep(bytes: number): number;
}

/** What tfjs's module has beyond its types. */
interface Emscripten {
  readonly asm: { readonly memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Instantiates the compiled module on the memory of a backend. */
export function makeHeap(backend: BackendWasm, compiled: WebAssembly.Module): WasmHeap {
  const wasm = backend.wasm as unknown as Emscripten;
  const memory = wasm.asm.memory;
  const assembly = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as AssemblyExports;
  let scratch = 0, held = 0;
  const allocate = (bytes: number): number => {
    const address = wasm._malloc(bytes) >>> 0; // signed beyond 2 GiB
    if (address === 0) throw new WasmMemoryExhausted({ wanted: bytes, held: memory.buffer.byteLength });
    return address;
  };
  const heap: WasmHeap = {
    backend,
    memory,
    assembly,
    address: (tensor) => backend.getMemoryOffset(tensor.dataId) >>> 0,
    output: (...shape) => {
      const tensor = backend.makeOutput(shape, "float32"), size = shape.reduce((a, b) => a * b, 4);
      if (size > 0 && heap.address(tensor) === 0) {
        backend.disposeData(tensor.dataId);
        throw new WasmMemoryExhausted({ wanted: size, held: memory.buffer.byteLength });
      }
      return tensor;
    },
    scratch: (bytes) => {
      if (bytes <= held) return scratch;
      wasm._free(scratch);
      held = scratch = 0;
      const grown = Math.max(bytes, 65536, 2 ** Math.ceil(Math.log2(bytes)));
      scratch = allocate(grown);
      held = grown;
      return scratch;
    },
    keep: allocate,
  };
  assembly.initialize(allocate(assembly.tableBytes()));
  return heap;
}
