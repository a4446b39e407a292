import { Data } from "effect";

/** The memory of the wasm backend is full: it ends at 4 GiB. */
export class WasmMemoryExhausted extends Data.Error<{
  /** Bytes that were wanted. */
  readonly wanted: number;
  /** Bytes of the whole memory now. */
  readonly held: number;
}> {
  readonly _tag: "WasmMemoryExhausted" = "WasmMemoryExhausted";
  override get message(): string {
    return `Cannot allocate ${this.wanted} bytes on the wasm backend: its memory holds ${this.held} bytes and ends at ` +
      `4294967296: use fewer tasks at a time, a smaller model, or more workers`;
  }
}
