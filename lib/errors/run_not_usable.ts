import { Data } from "effect";

/** A run folder that cannot be used as asked: missing, in use, of another configuration, without a good checkpoint. */
export class RunNotUsable extends Data.Error<{
  /** The run folder's path. */
  readonly folder: string;
  /** What was to be done with it, as a verb: `open`, `start`, `load`. */
  readonly action: string;
  /** What stood in the way. */
  readonly reason: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "RunNotUsable" = "RunNotUsable";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    return `Cannot ${this.action} run ${this.folder}: ${this.reason}: ${this.remedy}`;
  }
}
