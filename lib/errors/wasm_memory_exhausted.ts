import { Data } from "effect";

/** The memory of the wasm backend is full: it ends at 4 GiB. */
export class WasmMemoryExhausted extends Data.Error<{
  /** Bytes that were wanted. */
  readonly wanted: number;
  /** Bytes of the whole memory now. */
  readonly held: number;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "WasmMemoryExhausted" = "WasmMemoryExhausted";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    return `Cannot allocate ${this.wanted} bytes on the wasm backend: its memory holds ${this.held} bytes and ends at ` +
      `4294967296: use fewer tasks at a time, a smaller model, or more workers`;
  }
}
