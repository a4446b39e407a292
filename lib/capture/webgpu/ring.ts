/** Buffers that the host reads results from, as many as are read at a time. */
export interface Ring {
  /**
   * Copies bytes for the host at the end of what an encoder does; the function that comes back begins to read, and is to be
   * called once that is submitted. A read costs no submit of its own: a second would wait for the first on some drivers.
   */
  readonly copy: (
    encoder: GPUCommandEncoder,
    from: GPUBuffer,
    offset: number,
    size: number,
  ) => () => Promise<ArrayBuffer>;
  readonly destroy: () => void;
}

/** A ring on a device. */
export function makeRing(gpu: GPUDevice): Ring {
  const all: GPUBuffer[] = [], free = new Map<number, GPUBuffer[]>();
  const take = (size: number): GPUBuffer => {
    const kept = free.get(size)?.pop();
    if (kept !== undefined) return kept;
    const made = gpu.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    all.push(made);
    return made;
  };
  const read = async (buffer: GPUBuffer): Promise<ArrayBuffer> => {
    await undefined; // who submitted goes on first: some drivers keep mapAsync itself until the device is done
    await buffer.mapAsync(GPUMapMode.READ);
    const bytes = buffer.getMappedRange().slice(0);
    buffer.unmap();
    const others = free.get(buffer.size);
    if (others === undefined) free.set(buffer.size, [buffer]);
    else others.push(buffer);
    return bytes;
  };
  const copy: Ring["copy"] = (encoder, from, offset, size) => {
    const buffer = take(size);
    encoder.copyBufferToBuffer(from, offset, buffer, 0, size);
    return () => read(buffer);
  };
  return { copy, destroy: () => all.forEach((buffer) => buffer.destroy()) };
}
