import { Data } from "effect";

/** The GPU went away while in use; what its tensors held is gone. */
export class DeviceLost extends Data.Error<{
  /** The adapter, as it names itself. */
  readonly adapter: string;
  /** WebGPU's reason: `destroyed` or `unknown`. */
  readonly reason: string;
  /** The driver's own words. */
  readonly detail: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "DeviceLost" = "DeviceLost";
  /** Which adapter, why, and what to do. */
  override get message(): string {
    return `Lost the GPU "${this.adapter}" (${this.reason}: ${this.detail}): ` +
      `resume from the last checkpoint, on this device again or with --device wasm`;
  }
}
