import type { DataType, KernelFunc } from "@tensorflow/tfjs";

/** A piece of memory that kernels read and write, numbered by first appearance. */
export interface RecordedBuffer {
  /** Handed in, there before (or made of numbers on the host), or made by a kernel. */
  readonly kind: "input" | "constant" | "made";
  /** Name of an input. */
  readonly name?: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly size: number;
  /** What a constant holds. */
  readonly contents?: Uint8Array;
}

/** A tensor: a buffer, and the shape it is seen in. */
export interface RecordedView {
  readonly buffer: number;
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** One kernel that ran. */
export interface RecordedCall {
  readonly kernel: string;
  readonly run: KernelFunc;
  /** By name; a list of tensors has the names 0, 1, …. Null where an input was left out. */
  readonly inputs: readonly (readonly [name: string, view: RecordedView | null])[];
  /** Whether the inputs came as a list. */
  readonly list: boolean;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Buffers that it asked for, in order, what it gave back at once included. */
  readonly made: readonly number[];
  /** Inputs that it changed in place. */
  readonly changed: readonly number[];
  /** What it answered. */
  readonly outputs: readonly RecordedView[];
}

/** All kernels that a function ran, in order. */
export interface Recording {
  readonly buffers: readonly RecordedBuffer[];
  readonly calls: readonly RecordedCall[];
  readonly results: readonly (readonly [name: string, view: RecordedView])[];
}

/** Why something cannot be replayed. */
export interface Obstacle {
  readonly where: string;
  readonly found: string;
  readonly remedy: string;
}
