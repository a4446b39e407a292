import { Data } from "effect";

/** WebGPU refused a shader or a command. It does so without throwing, and the results would be silent zeros. */
export class ShaderFailed extends Data.Error<{
  /** The adapter, as it names itself. */
  readonly adapter: string;
  /** `GPUValidationError`, `GPUOutOfMemoryError` or `GPUInternalError`. */
  readonly kind: string;
  /** The driver's own words. */
  readonly detail: string;
  /** The last checkpoint of a training that it ended, if there is one. */
  readonly checkpoint?: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "ShaderFailed" = "ShaderFailed";
  /** Which adapter, what it refused, and what to do. */
  override get message(): string {
    const remedy = this.kind === "GPUOutOfMemoryError"
      ? "use fewer tasks per iteration, or --device wasm"
      : "results since then are not to be trusted; run with --device wasm and report this text";
    const from = this.checkpoint === undefined ? "" : `; the last checkpoint is ${this.checkpoint}`;
    return `The GPU "${this.adapter}" refused work (${this.kind}): ${this.detail.trim()}: ${remedy}${from}`;
  }
}
