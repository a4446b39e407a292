import { Data } from "effect";

/** A file or folder could not be written, made or removed; what was there before is still there, whole. */
export class WriteFailed extends Data.Error<{
  /** The path that was tried. */
  readonly path: string;
  /** What the operating system or Deno said. */
  readonly cause: unknown;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "WriteFailed" = "WriteFailed";
  /** What was tried, found, and what to do. */
  override get message(): string {
    const cause = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `Cannot write ${this.path}: ${cause}: ${this.remedy}`;
  }
}
