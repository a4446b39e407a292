import { Data } from "effect";

/** A function of tensors cannot be recorded and replayed: it would not give what it gives when it is run. */
export class CaptureRefused extends Data.Error<{
  /** What was to be recorded. */
  readonly captured: string;
  /** The kernel, constant or result, with its place. */
  readonly where: string;
  /** What is wrong there, or what differs between two recordings. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "CaptureRefused" = "CaptureRefused";
  /** What was tried, what was found, and what to do. */
  override get message(): string {
    return `Cannot replay ${this.captured}: ${this.where}: ${this.found}: ${this.remedy}`;
  }
}
