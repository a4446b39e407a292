import * as tf from "@tensorflow/tfjs";
import type { DataId, TensorInfo } from "@tensorflow/tfjs";
import { pipelineOf } from "./pipeline.ts";

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
  makeTensorInfo(shape: number[], dtype: tf.DataType): TensorInfo;
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

/** One dispatch: WGSL on tensors. */
export interface Program {
  /** Names the text: all that enters it, shapes included. */
  readonly key: string;
  /** What is read, by the names that the text calls them. */
  readonly reads: Readonly<Record<string, TensorInfo>>;
  /** What is written, a result or in place, by name; no buffer of `reads`. */
  readonly writes: Readonly<Record<string, TensorInfo>>;
  /** Threads of a work-group, at most 256. */
  readonly threads: number;
  /** Work-groups. */
  readonly groups: number;
  /** WGSL that has `fn run(group: u32, lane: u32)`. */
  readonly text: () => string;
}

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

/** Work-groups along x and y: no more than 32,768 along either. */
export function gridOf(groups: number): readonly [x: number, y: number] {
  return groups <= rowOfGroups ? [groups, 1] : [rowOfGroups, Math.ceil(groups / rowOfGroups)];
}

/** Work-groups of a row of the grid. */
export const rowOfGroups = 32_768;
