import { Data } from "effect";

/** A file that could not be downloaded, or that is not the one that was wanted. Nothing was written. */
export class DownloadFailed extends Data.Error<{
  /** Where it was asked for. */
  readonly url: string;
  /** What was found instead. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "DownloadFailed" = "DownloadFailed";
  /** What was tried and found, and what to do. */
  override get message(): string {
    return `Cannot download ${this.url}: ${this.found}: ${this.remedy}`;
  }
}
