/** What WebGPU was asked for in this process, whoever asked. */
export interface Watch {
  /** The last device that was given out. */
  readonly device: () => GPUDevice;
  /** What the adapter calls itself. */
  readonly adapter: () => string;
  /** Bytes of the storage buffers that are not destroyed. */
  readonly bytes: () => number;
  /** Dispatches until the function's promise resolves; they are not counted otherwise, so that nothing slows them. */
  readonly dispatches: (run: () => Promise<void>) => Promise<number>;
}

/** Listens to WebGPU from now on: call it before anything opens a device. */
export function watchGpu(): Watch {
  let device: GPUDevice | undefined, adapter = "", bytes = 0;
  const sizes = new WeakMap<GPUBuffer, number>();
  const { requestDevice } = GPUAdapter.prototype, { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype, { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    adapter = this.info.description || [this.info.vendor, this.info.architecture].filter(Boolean).join(" ");
    return device = await requestDevice.apply(this, args);
  };
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    if (descriptor.usage & GPUBufferUsage.STORAGE) {
      sizes.set(buffer, descriptor.size);
      bytes += descriptor.size;
    }
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    bytes -= sizes.get(this) ?? 0;
    sizes.delete(this);
    return destroy.call(this);
  };
  const dispatches: Watch["dispatches"] = async (run) => {
    let count = 0;
    GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args) {
      count += 1;
      return dispatchWorkgroups.apply(this, args);
    };
    try {
      await run();
      return count;
    } finally {
      GPUComputePassEncoder.prototype.dispatchWorkgroups = dispatchWorkgroups;
    }
  };
  return { device: () => device!, adapter: () => adapter, bytes: () => bytes, dispatches };
}
