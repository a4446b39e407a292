import * as tf from "@tensorflow/tfjs";
import type { DataId, KernelConfig, KernelFunc, TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/** Numbers as tfjs hands them to a backend; null leaves them undefined. */
export type HostValues = ArrayBufferView | null;

/** What may take the place of a backend's own methods for a while. */
export interface Intervention {
  /** Called for every new buffer. */
  readonly write?: (values: HostValues, shape: number[], dtype: tf.DataType) => DataId;
  /** Called before a buffer is read on the host; may throw. */
  readonly read?: () => void;
  /** Whether buffers stay as they are when they are held or given up. */
  readonly holds?: boolean;
}

/** What tfjs's wasm backend has beyond its types. */
interface Private {
  write(values: HostValues, shape: number[], dtype: tf.DataType): DataId;
  readSync(dataId: DataId, start?: number, end?: number): unknown;
  disposeData(dataId: DataId, force?: boolean): boolean;
  incRef(dataId: DataId): void;
  readonly dataIdMap: { get(dataId: DataId): { readonly id: number }; delete(dataId: DataId): boolean };
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly tfjs: { disposeData(id: number): void };
  } | null;
}

/** A wasm backend as recording and replay see it; the only code of theirs that knows tfjs's private parts. */
export interface HookedBackend {
  readonly backend: BackendWasm;
  /** Runs with an intervention in force, and takes it back whatever happens. One at a time. */
  intervene<T>(intervention: Intervention, run: () => T): T;
  /** The backend's own write. */
  write(values: HostValues, shape: number[], dtype: tf.DataType): DataId;
  /** The whole memory; valid until it grows. */
  bytes(): Uint8Array;
  /** Byte address of a buffer. */
  address(dataId: DataId): number;
  /** Address of that many bytes, 0 where memory is exhausted. */
  allocate(bytes: number): number;
  /** Gives them back. */
  free(address: number): void;
  /** A buffer at an address that somebody else owns. */
  place(shape: readonly number[], dtype: tf.DataType, address: number): DataId;
  /** Forgets a placed buffer; its memory stays. */
  forget(dataId: DataId): void;
  /** Whether the backend still lives. */
  alive(): boolean;
}

const hooked = new WeakMap<BackendWasm, HookedBackend>();

/** The hooks of a backend, put in once. */
export function hooksOf(backend: BackendWasm): HookedBackend {
  const found = hooked.get(backend);
  if (found !== undefined) return found;
  const own = backend as unknown as Private;
  const [write, readSync, disposeData, incRef] = [own.write, own.readSync, own.disposeData, own.incRef]
    .map((method) => method.bind(own)) as [
      Private["write"],
      Private["readSync"],
      Private["disposeData"],
      Private["incRef"],
    ];
  let now: Intervention = {};
  own.write = (values, shape, dtype) => (now.write ?? write)(values, shape, dtype);
  own.disposeData = (dataId, force) => now.holds ? false : disposeData(dataId, force);
  own.incRef = (dataId) => now.holds ? undefined : incRef(dataId);
  own.readSync = (dataId, start, end) => {
    now.read?.();
    return readSync(dataId, start, end);
  };
  const wasm = () => own.wasm!;
  const made: HookedBackend = {
    backend,
    intervene: (intervention, run) => {
      const before = now;
      now = intervention;
      try {
        return run();
      } finally {
        now = before;
      }
    },
    write,
    bytes: () => wasm().HEAPU8,
    address: (dataId) => backend.getMemoryOffset(dataId) >>> 0,
    allocate: (bytes) => wasm()._malloc(bytes) >>> 0,
    free: (address) => wasm()._free(address),
    place: (shape, dtype, address) => backend.makeOutput([...shape], dtype, address).dataId,
    forget: (dataId) => {
      wasm().tfjs.disposeData(own.dataIdMap.get(dataId).id);
      own.dataIdMap.delete(dataId);
    },
    alive: () => own.wasm !== null,
  };
  hooked.set(backend, made);
  return made;
}

/** One kernel as it is called, with tensors or lists of tensors. */
export interface KernelCall {
  readonly kernel: string;
  readonly run: KernelFunc;
  readonly inputs: Readonly<Record<string, TensorInfo | null | undefined>>;
  readonly attrs: Readonly<Record<string, unknown>>;
}

/**
 * Runs `body` while every kernel of the backend "wasm" goes through `wrap`, which calls `proceed` once. Kernels that a
 * kernel calls are part of it.
 */
export function wrapKernels<T>(
  wrap: (call: KernelCall, proceed: () => TensorInfo | TensorInfo[]) => TensorInfo | TensorInfo[],
  body: () => T,
): T {
  const wrapped: [KernelConfig, KernelFunc][] = [];
  let inside = false;
  for (const config of tf.getKernelsForBackend("wasm")) {
    const { kernelFunc: run, kernelName: kernel } = config;
    wrapped.push([config, run]);
    config.kernelFunc = (call) => {
      if (inside) return run(call);
      inside = true;
      try {
        const inputs = call.inputs as unknown as KernelCall["inputs"];
        const attrs = (call.attrs ?? {}) as KernelCall["attrs"];
        // By the registry, so that whoever times kernels there sees replays too.
        return wrap({ kernel, run: (call) => config.kernelFunc(call), inputs, attrs }, () => run(call));
      } finally {
        inside = false;
      }
    };
  }
  try {
    return body();
  } finally {
    for (const [config, run] of wrapped) config.kernelFunc = run;
  }
}
