import * as tf from "@tensorflow/tfjs";
import type { DataId, DataType, Tensor } from "@tensorflow/tfjs";
import { whileRecording } from "./_recordable_device.ts";
import { isStandIn } from "./_stand_in_buffer.ts";
import { flush, type TfjsWebgpu, tfjsWebgpu } from "./_tfjs_webgpu.ts";
import { forbidDraws } from "./forbid_draws.ts";
import { type RecordedCommand, Unrecordable } from "./recorded_commands.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** A result of what was recorded. */
export interface RecordedResult {
  readonly name: string;
  readonly buffer: GPUBuffer;
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** What a function of tensors told the GPU to do. Its buffers are stand-ins without memory, unless they came from outside. */
export interface TensorRecording {
  readonly commands: readonly RecordedCommand[];
  /** First contents of buffers that come from the host: uniforms and constants. */
  readonly uploads: ReadonlyMap<GPUBuffer, Uint8Array>;
  readonly inputs: ReadonlyMap<GPUBuffer, string>;
  /** Whether a buffer was made inside. */
  readonly made: (buffer: GPUBuffer) => boolean;
  readonly results: readonly RecordedResult[];
}

/**
 * Runs a function on tensors like these without letting anything reach the GPU, and answers its commands. The current
 * backend must be a webgpu of `openDevice`; pipelines are compiled as usual. Throws {@linkcode Unrecordable} where the
 * function reads numbers, draws random ones, or leaves tensors behind; tfjs is left as it was.
 */
export function recordTensors(run: (inputs: Tensors) => Tensors, like: Tensors): TensorRecording {
  const backend = tfjsWebgpu(), inputs = new Map<GPUBuffer, string>();
  let results: RecordedResult[] = [];
  flush(backend);
  const { live, reads, restore } = standIn(backend);
  const recorder = whileRecording(backend.device, () => {
    const placeholders: Record<string, Tensor> = {};
    try {
      for (const [name, tensor] of Object.entries(like)) {
        const { placeholder, buffer } = placeholderLike(backend, tensor);
        placeholders[name] = placeholder;
        inputs.set(buffer, name);
      }
      const made = tf.tidy(() => ({ ...run(placeholders) })) as Record<string, Tensor>;
      results = Object.entries(made).map(([name, tensor]) => resultOf(backend, name, tensor));
      for (const [i, tensor] of Object.values(made).entries()) if (isStandIn(results[i]!.buffer)) tensor.dispose();
    } finally {
      tf.dispose(placeholders);
      try {
        flush(backend);
      } finally {
        restore();
      }
    }
  });
  if (recorder === undefined) {
    restore();
    throw new Unrecordable("the device", "it cannot be recorded", "open it with openDevice");
  }
  if (reads.count > 0) throw readInside();
  const left = [...live].filter(({ usage }) => usage & GPUBufferUsage.STORAGE).length;
  if (left > 0) {
    const remedy = "return or dispose them, and change state in place, not by Variable.assign";
    throw new Unrecordable("its end", `${left} tensors made inside outlive it`, remedy);
  }
  return { commands: recorder.commands, uploads: recorder.uploads, inputs, made: isStandIn, results };
}

/** Buffers become stand-ins, each used once; reads and random ops are refused. */
function standIn(
  backend: TfjsWebgpu,
): { readonly live: Set<GPUBuffer>; readonly reads: { count: number }; readonly restore: () => void } {
  const live = new Set<GPUBuffer>(), reads = { count: 0 };
  const manager = backend.bufferManager, { releaseBuffer } = manager;
  const undo = [
    replace(manager, "acquireBuffer", (size: number, usage: number, mappedAtCreation = false) => {
      const buffer = backend.device.createBuffer({ size, usage, mappedAtCreation });
      live.add(buffer);
      return buffer;
    }),
    replace(manager, "releaseBuffer", (buffer: GPUBuffer, reuse?: boolean) => {
      if (isStandIn(buffer)) live.delete(buffer);
      else releaseBuffer.call(manager, buffer, reuse);
    }),
    replace(backend, "readSync", (id: DataId) => {
      const { values } = backend.tensorMap.get(id);
      if (values == null) throw readInside();
      return values;
    }),
    replace(backend, "read", (id: DataId) => {
      const { values } = backend.tensorMap.get(id);
      if (values != null) return Promise.resolve(values);
      reads.count++;
      return new Promise(() => {}); // a rejection that nobody awaits would end the process
    }),
    forbidDraws(({ where, found, remedy }) => {
      throw new Unrecordable(where, found, remedy);
    }),
  ];
  return { live, reads, restore: () => undo.forEach((run) => run()) };
}

/** Puts a method before the class's own; answers how to take it away. */
function replace<T extends object>(target: T, name: string, method: unknown): () => void {
  Object.defineProperty(target, name, { value: method, configurable: true, writable: true });
  return () => void Reflect.deleteProperty(target, name);
}

function readInside(): Unrecordable {
  return new Unrecordable("a read", "numbers are read back inside", "return the tensor and read it after the call");
}

function placeholderLike(
  backend: TfjsWebgpu,
  { shape, dtype, size }: Tensor,
): { readonly placeholder: Tensor; readonly buffer: GPUBuffer } {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const info = backend.makeTensorInfo([...shape], dtype),
    buffer = backend.device.createBuffer({ size: 4 * size, usage });
  Object.assign(backend.tensorMap.get(info.dataId), { resource: buffer, external: true });
  return { placeholder: tf.engine().makeTensorFromTensorInfo(info), buffer };
}

function resultOf(backend: TfjsWebgpu, name: string, { dataId, shape, dtype }: Tensor): RecordedResult {
  backend.uploadToGPU(dataId); // one that is made of numbers on the host
  return { name, buffer: backend.tensorMap.get(dataId).resource!, shape, dtype };
}
