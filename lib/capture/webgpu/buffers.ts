import { bytesOf, type Numbered } from "./numbered.ts";
import { lifetimes } from "./prepared.ts";
import { packed } from "./packed.ts";
import { slotsFor } from "./slots.ts";

/** A buffer on the GPU, from `offset` on. */
export interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/** Bytes of a recording as it runs eagerly and as it is replayed. */
export interface MemoryOf {
  /** Of all its intermediates, if each had a buffer of its own. */
  readonly eager: number;
  /** Of the buffers that they share. */
  readonly planned: number;
  /** Of the distinct uniforms, aligned. */
  readonly uniforms: number;
  /** Of the distinct constants, and of what came from outside. */
  readonly constants: number;
}

/** Where each numbered buffer lies; inputs that are changed in place lie where the caller has them, so nowhere. */
export interface Buffers {
  readonly places: ReadonlyMap<number, Place>;
  /** Bytes of the one buffer that all other inputs lie in, each at its place; none if there are none. */
  readonly inputBytes: number;
  readonly memory: MemoryOf;
  readonly destroy: () => void;
}

/** Makes the buffers of a replay: uniforms in one, constants in one, inputs in one, intermediates on shared ones. */
export function makeBuffers(gpu: GPUDevice, recording: Numbered, inPlace: ReadonlySet<string>): Buffers {
  const own: GPUBuffer[] = [];
  try {
    return buffersOn(gpu, own, recording, inPlace);
  } catch (error) {
    own.forEach((buffer) => buffer.destroy()); // memory ended, and its ranges cannot be mapped
    throw error;
  }
}

function buffersOn(gpu: GPUDevice, own: GPUBuffer[], recording: Numbered, inPlace: ReadonlySet<string>): Buffers {
  const places = new Map<number, Place>();
  const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const make = (size: number, usage: number, fill?: (bytes: Uint8Array) => void): GPUBuffer => {
    const buffer = gpu.createBuffer({ size: Math.max(size, 4), usage, mappedAtCreation: fill !== undefined });
    own.push(buffer);
    if (fill !== undefined) {
      fill(new Uint8Array(buffer.getMappedRange()));
      buffer.unmap();
    }
    return buffer;
  };
  const pool = (kind: "uniform" | "constant", usage: number, alignment: number): number => {
    const pieces = recording.buffers.flatMap(({ source }, i) =>
      source.kind === kind ? [[i, bytesOf(source)] as const] : []
    );
    if (pieces.length === 0) return 0;
    const { bytes, offsets } = packed(pieces.map(([, piece]) => piece), alignment);
    const buffer = make(bytes.length, usage, (target) => target.set(bytes));
    pieces.forEach(([i], j) => places.set(i, { buffer, offset: offsets[j]! }));
    return bytes.length;
  };
  const { minUniformBufferOffsetAlignment, minStorageBufferOffsetAlignment } = gpu.limits;
  const uniforms = pool("uniform", GPUBufferUsage.UNIFORM, minUniformBufferOffsetAlignment);
  let constants = pool("constant", storage, minStorageBufferOffsetAlignment);
  const copied = recording.buffers.flatMap(({ source, size }, i) =>
    source.kind === "input" && !inPlace.has(source.name) ? [{ i, size }] : []
  );
  const offsets: number[] = [];
  let inputBytes = 0;
  for (const { size } of copied) {
    offsets.push(inputBytes);
    inputBytes += Math.ceil(size / minStorageBufferOffsetAlignment) * minStorageBufferOffsetAlignment;
  }
  if (copied.length > 0) {
    const buffer = make(inputBytes, storage);
    copied.forEach(({ i }, j) => places.set(i, { buffer, offset: offsets[j]! }));
  }
  const encoder = gpu.createCommandEncoder();
  recording.buffers.forEach(({ source, size }, i) => {
    if (source.kind !== "outside") return;
    if (!(source.buffer.usage & GPUBufferUsage.COPY_SRC)) {
      return void places.set(i, { buffer: source.buffer, offset: 0 });
    }
    const buffer = make(size, storage);
    encoder.copyBufferToBuffer(source.buffer, 0, buffer, 0, size);
    constants += size;
    places.set(i, { buffer, offset: 0 });
  });
  gpu.queue.submit([encoder.finish()]);
  const made = [...lifetimes(recording)], { slotOf, sizes } = slotsFor(made.map(([, lifetime]) => lifetime));
  // All ones are NaN: a kernel that reads what nobody wrote is seen in the first replay.
  const slots = sizes.map((size) => make(size, storage, (bytes) => bytes.fill(0xff)));
  made.forEach(([i], j) => places.set(i, { buffer: slots[slotOf[j]!]!, offset: 0 }));
  const eager = made.reduce((sum, [, { size }]) => sum + size, 0), planned = sizes.reduce((sum, size) => sum + size, 0);
  const destroy = () => own.forEach((buffer) => buffer.destroy());
  return { places, inputBytes, memory: { eager, planned, uniforms, constants }, destroy };
}
