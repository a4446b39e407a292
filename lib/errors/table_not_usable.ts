import { Data } from "effect";

/** A person's table that a run cannot take: too many columns or classes, or values far from all before them. */
export class TableNotUsable extends Data.Error<{
  /** What of the table is meant: its columns, a class, a value. */
  readonly what: string;
  /** What the run takes. */
  readonly expected: string;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "TableNotUsable" = "TableNotUsable";
  /** What was tried, expected and found, and what to do. */
  override get message(): string {
    return `Cannot use the table: ${this.what}: expected ${this.expected}, found ${this.found}: ${this.remedy}`;
  }
}
