import * as tf from "@tensorflow/tfjs";
import type { DataId, DataType, TensorInfo } from "@tensorflow/tfjs";

/** What tfjs's WebGPU backend keeps of a tensor. */
export interface TensorData {
  /** Numbers not yet uploaded, or read back and remembered. */
  values: unknown;
  readonly dtype: DataType;
  resource?: GPUBuffer | null;
  /** Whether somebody else owns the buffer. */
  external?: boolean;
}

/** Where tfjs takes buffers from and puts them back. */
export interface BufferManager {
  readonly freeBuffers: ReadonlyMap<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
}

/** The fields of tfjs's WebGPU backend, beyond its types, that recording and replay need; a test pins them. */
export interface TfjsWebgpu {
  readonly device: GPUDevice;
  readonly tensorMap: { get(id: DataId): TensorData };
  readonly bufferManager: BufferManager;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo;
  uploadToGPU(id: DataId): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** tfjs's current backend, which must be webgpu. */
export function tfjsWebgpu(): TfjsWebgpu {
  return tf.backend() as unknown as TfjsWebgpu;
}

/** Submits what tfjs has queued, so that commands of others come after it. */
export function flush(backend: TfjsWebgpu): void {
  backend.endComputePassEncoder();
  if (backend.commandEncoder !== null) backend.submitQueue();
}
