import * as tf from "@tensorflow/tfjs";
import type { DataId, DataType, Tensor } from "@tensorflow/tfjs";
import { flush, tfjsWebgpu } from "./_tfjs_webgpu.ts";

/** The GPU device that tfjs computes on. */
export function currentGpu(): GPUDevice {
  return tfjsWebgpu().device;
}

/** Submits what tfjs has queued, so that what is submitted next comes after it. */
export function flushTensors(): void {
  flush(tfjsWebgpu());
}

/** Gives back the buffers that tfjs keeps for tensors to come: what has run once does not need them again. */
export function freeUnusedBuffers(): void {
  flushTensors();
  const { bufferManager } = tfjsWebgpu();
  for (const buffers of bufferManager.freeBuffers.values()) {
    for (const buffer of buffers.splice(0)) {
      bufferManager.numFreeBuffers--;
      bufferManager.numBytesAllocated -= buffer.size;
      buffer.destroy();
    }
  }
}

/** A tensor's buffer, which stays tfjs's; numbers that are on the host only are uploaded first. */
export function bufferOf({ dataId }: Tensor): GPUBuffer {
  const backend = tfjsWebgpu();
  backend.uploadToGPU(dataId);
  return backend.tensorMap.get(dataId).resource!;
}

/** The buffer of data on the GPU, if that is where it is. */
export function bufferAt(dataId: DataId): GPUBuffer | undefined {
  return tfjsWebgpu().tensorMap.get(dataId)?.resource ?? undefined;
}

/** Writes a tensor's numbers as they would lie on the GPU, from `offset` on; answers whether they are on the host only. */
export function copyFromHost({ dataId, dtype, size }: Tensor, bytes: ArrayBuffer, offset: number): boolean {
  const numbers = hostNumbersOf(dataId);
  if (numbers === undefined) return false;
  (dtype === "float32" ? new Float32Array(bytes, offset, size) : new Int32Array(bytes, offset, size)).set(numbers);
  return true;
}

function hostNumbersOf(dataId: DataId): ArrayLike<number> | undefined {
  const { resource, values } = tfjsWebgpu().tensorMap.get(dataId);
  return resource != null || values == null ? undefined : values as ArrayLike<number>;
}

/** A tensor on a buffer of its own whose content is undefined; the caller owns it. */
export function unwrittenTensor(shape: readonly number[], dtype: DataType): Tensor {
  const backend = tfjsWebgpu();
  const info = backend.makeTensorInfo([...shape], dtype);
  backend.uploadToGPU(info.dataId);
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** Makes tfjs read a tensor anew after its buffer was changed in place. */
export function forgetHostValues({ dataId }: Tensor): void {
  const data = tfjsWebgpu().tensorMap.get(dataId);
  if (data.resource != null) data.values = null;
}

/** The same bits on a buffer of its own, or on the host if that is where they are; the caller owns it. */
export function copyTensor(tensor: Tensor): Tensor {
  if (hostNumbersOf(tensor.dataId) !== undefined) {
    return tf.tensor(tensor.dataSync().slice(), tensor.shape, tensor.dtype);
  }
  const from = bufferOf(tensor), copy = unwrittenTensor(tensor.shape, tensor.dtype), gpu = currentGpu();
  flushTensors();
  const encoder = gpu.createCommandEncoder();
  encoder.copyBufferToBuffer(from, 0, bufferOf(copy), 0, 4 * tensor.size);
  gpu.queue.submit([encoder.finish()]);
  return copy;
}
