import { Data } from "effect";

/** A number that cannot seed random streams: not a whole number from 0 to 2^53 − 1. */
export class InvalidSeed extends Data.Error<{
  /** What came. */
  readonly found: unknown;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "InvalidSeed" = "InvalidSeed";
  /** What was tried, expected and found, and what to do. */
  override get message(): string {
    const found = String(this.found);
    return `Cannot seed random streams: expected a whole number from 0 to 2^53 - 1, found ${found}: ${this.remedy}`;
  }
}
