import { Data } from "effect";

/** A BLAS library was asked for by its path and cannot be used. */
export class BlasUnavailable extends Data.Error<{
  /** The path that was asked for. */
  readonly path: string;
  /** What happened when it was opened. */
  readonly reason: string;
  /** Where BLAS libraries usually lie. */
  readonly usual: readonly string[];
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "BlasUnavailable" = "BlasUnavailable";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    return `Cannot use the BLAS ${this.path}: ${this.reason}: ${this.remedy}`;
  }
}
