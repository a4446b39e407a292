import { Data } from "effect";

/** A saved state that cannot be gone on with: of another run or version, of other columns or queries, or damaged. */
export class StateNotUsable extends Data.Error<{
  /** The state's file, or where else it came from. */
  readonly path: string;
  /** What stood in the way. */
  readonly reason: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "StateNotUsable" = "StateNotUsable";
  /** What was tried, what was found, and what to do. */
  override get message(): string {
    return `Cannot go on with state ${this.path}: ${this.reason}: ${this.remedy}`;
  }
}
