import { Data } from "effect";

/** A file or folder that was to be read is not there. */
export class FileNotFound extends Data.Error<{
  /** The path that was tried. */
  readonly path: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "FileNotFound" = "FileNotFound";
  /** What was tried, found, and what to do. */
  override get message(): string {
    return `Cannot read ${this.path}: nothing there: ${this.remedy}`;
  }
}
