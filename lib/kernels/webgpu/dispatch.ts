import * as tf from "@tensorflow/tfjs";
import type { DataId, TensorInfo } from "@tensorflow/tfjs";
import { pipelineOf } from "./pipeline.ts";
import { gridOf, type Program } from "./program.ts";

/**
 * What tfjs's WebGPU backend has beyond its types: the only place that knows these fields; a test pins them to the
 * version in use.
 */
export interface WebgpuBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(id: DataId): { values: unknown } | undefined };
  readonly commandQueueOwnedIds: WeakSet<DataId>;
  computePassEncoder: GPUComputePassEncoder | null;
  readonly commandEncoder: GPUCommandEncoder | null;
  dispatchCountInPass: number;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: Int32Array): TensorInfo;
  uploadToGPU(id: DataId): void;
  tensorToBinding(tensor: TensorInfo): GPUBindingResource;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  refCount(id: DataId): number;
  disposeData(id: DataId, force?: boolean): boolean;
}

/** The fields of {@linkcode WebgpuBackend} that hold something, and its methods, for the test. */
export const webgpuFields = {
  fields: ["device", "tensorMap", "commandQueueOwnedIds", "dispatchCountInPass"],
  late: ["computePassEncoder", "commandEncoder"],
  methods: [
    "makeTensorInfo",
    "uploadToGPU",
    "tensorToBinding",
    "ensureCommandEncoderReady",
    "endComputePassEncoder",
    "submitQueue",
    "refCount",
    "disposeData",
  ],
} as const;

/**
 * Queues a dispatch among tfjs's own, in their order. tfjs's programs write one tensor and carry uniforms; these write as
 * many as they like, and all that differs from call to call lies in tensors. Nothing happens where a tensor is empty.
 */
export function dispatch(backend: WebgpuBackend, program: Program): void {
  const reads = Object.values(program.reads), writes = Object.values(program.writes), tensors = [...reads, ...writes];
  if (program.groups === 0 || tensors.some(({ shape }) => shape.includes(0))) return;
  const { pipeline, layout } = pipelineOf(backend.device, program);
  for (const { dataId } of tensors) backend.uploadToGPU(dataId);
  const entries = tensors.map((tensor, binding) => ({ binding, resource: backend.tensorToBinding(tensor) }));
  const group = backend.device.createBindGroup({ layout, entries });
  backend.ensureCommandEncoderReady();
  const pass = backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  const [x, y] = gridOf(program.groups);
  pass.dispatchWorkgroups(x, y, 1);
  for (const { dataId } of tensors) backend.commandQueueOwnedIds.add(dataId);
  for (const { dataId } of writes) backend.tensorMap.get(dataId)!.values = null; // what was read before is stale
  backend.dispatchCountInPass++;
  if (backend.dispatchCountInPass >= Number(tf.env().get("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE"))) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
}
