import { Data } from "effect";

/** A worker of a training ended or failed before its part arrived. */
export class RankLost extends Data.Error<{
  readonly rank: number;
  readonly iteration: number;
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
