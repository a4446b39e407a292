import type { AdapterSource } from "../../lib/device/_open_webgpu.ts";

/** A GPU whose memory ends when a test says so. */
export interface FailingGpu {
  /** Where `openDevice` finds it. */
  readonly source: AdapterSource;
  /** Of each buffer that is asked for from now on: whether memory is exhausted. */
  exhausted: (descriptor: GPUBufferDescriptor) => boolean;
  /** Buffers that were asked for so far. */
  readonly asked: number;
  /** Bytes of buffers that were made and not destroyed. */
  readonly held: number;
}

/**
 * The machine's own GPU, but for memory: a buffer that is refused is there and invalid, and whoever listens is told of a
 * `GPUOutOfMemoryError`, as Deno does it; nothing throws but the reading of its mapped range.
 */
export function failingGpu(): FailingGpu {
  let asked = 0, held = 0;
  const facade = (real: GPUDevice): GPUDevice => {
    const scopes: { readonly filter: GPUErrorFilter; error: GPUError | null }[] = [];
    const outOfMemory = (): void => {
      const error = new GPUOutOfMemoryError("not enough memory left");
      const scope = scopes.findLast(({ filter }) => filter === "out-of-memory");
      if (scope !== undefined) return void (scope.error ??= error);
      queueMicrotask(() =>
        void real.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error, cancelable: true }))
      );
    };
    const createBuffer = (descriptor: GPUBufferDescriptor): GPUBuffer => {
      asked++;
      if (gpu.exhausted(descriptor)) {
        outOfMemory();
        return invalidBuffer(real, descriptor);
      }
      const buffer = real.createBuffer(descriptor), destroy = buffer.destroy.bind(buffer);
      held += descriptor.size;
      let open = true;
      const value = (): void => {
        if (open) held -= descriptor.size;
        open = false;
        destroy();
      };
      return Object.defineProperty(buffer, "destroy", { value });
    };
    return passOn(real, {
      createBuffer,
      pushErrorScope: (filter: GPUErrorFilter) => {
        scopes.push({ filter, error: null });
        real.pushErrorScope(filter);
      },
      popErrorScope: async () => {
        const own = scopes.pop(), told = await real.popErrorScope();
        return own?.error ?? told;
      },
    });
  };
  const gpu = {
    exhausted: (_: GPUBufferDescriptor): boolean => false,
    get asked() {
      return asked;
    },
    get held() {
      return held;
    },
    source: {
      requestAdapter: async (options?: GPURequestAdapterOptions) => {
        const adapter = await navigator.gpu.requestAdapter(options);
        if (adapter === null) return null;
        return passOn(adapter, {
          requestDevice: async (descriptor?: GPUDeviceDescriptor) => facade(await adapter.requestDevice(descriptor)),
        });
      },
    },
  };
  return gpu;
}

/** A buffer that no device could make, of the size that was asked for as far as anybody can see. */
function invalidBuffer(real: GPUDevice, descriptor: GPUBufferDescriptor): GPUBuffer {
  real.pushErrorScope("validation");
  const size = 4 * Math.ceil((real.limits.maxBufferSize + 1) / 4), buffer = real.createBuffer({ ...descriptor, size });
  real.popErrorScope();
  return Object.defineProperty(buffer, "size", { value: descriptor.size });
}

/** Another's methods and fields, but for some. */
function passOn<T extends object>(target: T, own: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === "string" && Object.hasOwn(own, name)) return own[name];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
    set: (_, name, value) => Reflect.set(target, name, value, target),
  });
}
