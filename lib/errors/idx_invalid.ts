import { Data } from "effect";

/** A file that is no valid IDX file of the wanted kind. */
export class IdxInvalid extends Data.Error<{
  /** The file's path. */
  readonly path: string;
  /** What the format has there. */
  readonly expected: string;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "IdxInvalid" = "IdxInvalid";
  /** What was tried, expected and found, and what to do. */
  override get message(): string {
    return `Cannot read IDX file ${this.path}: expected ${this.expected}, found ${this.found}: ${this.remedy}`;
  }
}
