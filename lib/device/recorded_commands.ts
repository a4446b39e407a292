/** A range of a buffer as a program sees it. */
export interface RecordedBinding {
  /** Its number in the program's text. */
  readonly binding: number;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
  /** Whether the program may write it. */
  readonly written: boolean;
}

/** A program's run. */
export interface RecordedDispatch {
  readonly kind: "dispatch";
  /** What it is called. */
  readonly program: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly RecordedBinding[];
  readonly grid: readonly [number, number, number];
}

/** A copy between buffers. */
export interface RecordedCopy {
  readonly kind: "copy";
  readonly from: GPUBuffer;
  readonly fromOffset: number;
  readonly to: GPUBuffer;
  readonly toOffset: number;
  readonly size: number;
}

/** Zeros into a buffer. */
export interface RecordedClear {
  readonly kind: "clear";
  readonly to: GPUBuffer;
  readonly toOffset: number;
  readonly size: number;
}

/** What a GPU was told to do, in order. */
export type RecordedCommand = RecordedDispatch | RecordedCopy | RecordedClear;

/** Why something cannot be recorded. */
export class Unrecordable extends Error {
  /** What was met, where, and what to do. */
  constructor(readonly where: string, readonly found: string, readonly remedy: string) {
    super(`${where}: ${found}: ${remedy}`);
  }
}
