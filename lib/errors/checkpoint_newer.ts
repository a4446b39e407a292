import { Data } from "effect";

/** A checkpoint written in a format that only a newer version of this library reads. */
export class CheckpointNewer extends Data.Error<{
  /** The path of the file. */
  readonly path: string;
  /** The format of the file. */
  readonly found: string;
  /** The newest format that this version reads. */
  readonly newest: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "CheckpointNewer" = "CheckpointNewer";
  /** What was tried, expected and found, and what to do. */
  override get message(): string {
    return `Cannot load checkpoint ${this.path}: expected format ${this.newest} or older, found format ${this.found}: ${this.remedy}`;
  }
}
