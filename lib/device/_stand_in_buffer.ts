import { Unrecordable } from "./recorded_commands.ts";

const standIns = new WeakSet<GPUBuffer>();

/** Whether a buffer was made by {@linkcode standInBuffer}. */
export function isStandIn(buffer: GPUBuffer): boolean {
  return standIns.has(buffer);
}

/**
 * What recordings use as buffers: tfjs takes it for a GPUBuffer, and it holds no memory on the GPU. What is written
 * through a mapping goes to `upload`.
 */
export function standInBuffer(
  { size, usage, mappedAtCreation = false }: GPUBufferDescriptor,
  upload: (buffer: GPUBuffer, bytes: Uint8Array) => void,
): GPUBuffer {
  if (usage & GPUBufferUsage.MAP_READ) {
    throw new Unrecordable("a read", "numbers are read back inside", "read results after the call");
  }
  const mapped = new ArrayBuffer(mappedAtCreation ? size : 0);
  let mapState = mappedAtCreation ? "mapped" : "unmapped";
  const buffer: GPUBuffer = Object.create(GPUBuffer.prototype, {
    size: { value: size },
    usage: { value: usage },
    mapState: { get: () => mapState },
    getMappedRange: { value: () => mapped },
    unmap: {
      value: () => {
        if (mapState === "mapped") upload(buffer, new Uint8Array(mapped));
        mapState = "unmapped";
      },
    },
    destroy: { value: () => {} },
  });
  standIns.add(buffer);
  return buffer;
}
