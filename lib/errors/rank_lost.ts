import { Data } from "effect";

/** A worker of a training ended or failed before its part arrived. */
export class RankLost extends Data.Error<{
  /** The worker's number; the leader is 0. */
  readonly rank: number;
  /** The iteration whose part is missing, from 0. */
  readonly iteration: number;
  /** How it was noticed: the worker's own error, or its silence. */
  readonly reason: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "RankLost" = "RankLost";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    return `Cannot go on training at iteration ${this.iteration}: worker ${this.rank} was lost (${this.reason}):` +
      ` resume the run, with --workers 1 if it happens again`;
  }
}
