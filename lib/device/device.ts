import { Context } from "effect";

/** Backends that tensors can live on. */
export type DeviceName = "webgpu" | "wasm" | "cpu";

/** What computes: a fact about this process, recorded in every run folder. */
export interface Device {
  /** The tfjs backend. */
  readonly name: DeviceName;
  /** The GPU as it names itself; absent on wasm and cpu. */
  readonly adapter?: string;
  /** Why this one, in words for a person. */
  readonly why: string;
  /** The device in a few words, for logs and tables. */
  readonly description: string;
}

/** The service under which a program finds its {@linkcode Device}; a layer of `deviceLayer` provides it. */
export const Device: Context.Service<Device, Device> = Context.Service<Device>("@amortize/core/Device");
