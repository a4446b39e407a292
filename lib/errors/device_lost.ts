import { Data } from "effect";

/** The GPU went away while in use; what its tensors held is gone. */
export class DeviceLost extends Data.Error<{
  /** The adapter, as it names itself. */
  readonly adapter: string;
  /** WebGPU's reason: `destroyed` or `unknown`. */
  readonly reason: string;
  /** The driver's own words. */
  readonly detail: string;
  /** The last checkpoint of a training that it ended, if there is one. */
  readonly checkpoint?: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "DeviceLost" = "DeviceLost";
  /** Which adapter, why, and what to do. */
  override get message(): string {
    const from = this.checkpoint === undefined ? "start again" : `resume from ${this.checkpoint}`;
    return `Lost the GPU "${this.adapter}" (${this.reason}: ${this.detail}): ${from}, on this device or with --device wasm`;
  }
}
