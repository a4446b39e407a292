import * as tf from "@tensorflow/tfjs";

/**
 * The numbers of a float32 tensor where they lie, on wasm and cpu: what is written there is in the tensor, and in all
 * that share its buffer. Good until the next tensor is made, which may move the memory.
 */
export function liveFloats(tensor: tf.Tensor): Float32Array {
  const backend = tf.backend() as unknown as Partial<WasmMemory>;
  if (backend.wasm === undefined) return tensor.dataSync<"float32">(); // cpu hands out its own array
  return new Float32Array(backend.wasm.HEAPU8.buffer, backend.getMemoryOffset!(tensor.dataId) >>> 0, tensor.size);
}

/** What the backend "wasm" has beyond its interface. */
interface WasmMemory {
  readonly wasm: { readonly HEAPU8: Uint8Array };
  readonly getMemoryOffset: (dataId: tf.DataId) => number;
}
