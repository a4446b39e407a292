import { Data } from "effect";

/** The device that was asked for cannot be opened. */
export class DeviceUnavailable extends Data.Error<{
  /** The device asked for: `auto`, `webgpu`, `wasm` or `cpu`. */
  readonly choice: string;
  /** What stood in the way. */
  readonly reason: string;
  /** What to change. */
  readonly remedy: string;
  /** What was thrown underneath, if anything. */
  readonly cause?: unknown;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "DeviceUnavailable" = "DeviceUnavailable";
  /** Which device, why not, and what to do. */
  override get message(): string {
    return `Cannot open device "${this.choice}": ${this.reason}: ${this.remedy}`;
  }
}
