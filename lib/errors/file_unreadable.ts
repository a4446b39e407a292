import { Data } from "effect";

/** A file or folder is there but cannot be read: not permitted, of another kind, or the disk fails. */
export class FileUnreadable extends Data.Error<{
  /** The path that was tried. */
  readonly path: string;
  /** What the operating system or Deno said. */
  readonly cause: unknown;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "FileUnreadable" = "FileUnreadable";
  /** What was tried, found, and what to do. */
  override get message(): string {
    const cause = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `Cannot read ${this.path}: ${cause}: ${this.remedy}`;
  }
}
