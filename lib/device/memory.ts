import * as tf from "@tensorflow/tfjs";

/** How many tensors are alive: what leak tests compare. */
export function tensorCount(): number {
  return tf.memory().numTensors;
}

/**
 * How many bytes the current backend holds: on webgpu all its buffers, pooled ones included; on wasm the whole heap,
 * which never shrinks; on cpu the tensors' own.
 */
export function backendBytes(): number {
  const backend = tf.backend() as unknown as {
    readonly bufferManager?: { readonly numBytesAllocated: number };
    readonly wasm?: { readonly HEAPU8: Uint8Array };
  };
  return backend.bufferManager?.numBytesAllocated ?? backend.wasm?.HEAPU8.byteLength ?? tf.memory().numBytes;
}
