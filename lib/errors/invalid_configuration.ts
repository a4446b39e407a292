import { Data } from "effect";

/** A configuration that does not decode, or a combination that makes no sense. */
export class InvalidConfiguration extends Data.Error<{
  /** What was configured: a pipeline, a run folder. */
  readonly what: string;
  /** What is wrong, one line each: where, what was expected, what was found. */
  readonly issues: readonly string[];
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "InvalidConfiguration" = "InvalidConfiguration";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    return `Cannot configure ${this.what}: ${this.issues.join("; ")}`;
  }
}
