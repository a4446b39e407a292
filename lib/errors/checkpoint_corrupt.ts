import { Data } from "effect";

/** A checkpoint whose bytes are not the ones that were written: cut, changed, or never a checkpoint. */
export class CheckpointCorrupt extends Data.Error<{
  /** The path of the file. */
  readonly path: string;
  /** What a whole checkpoint has there. */
  readonly expected: string;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "CheckpointCorrupt" = "CheckpointCorrupt";
  /** What was tried, expected and found, and what to do. */
  override get message(): string {
    return `Cannot load checkpoint ${this.path}: expected ${this.expected}, found ${this.found}: ${this.remedy}`;
  }
}
