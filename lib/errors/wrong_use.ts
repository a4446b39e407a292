import { Data } from "effect";

/** A command line that does not say what to do. */
export class WrongUse extends Data.Error<{
  readonly command: string;
  readonly problem: string;
  readonly remedy: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "WrongUse" = "WrongUse";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    return `Cannot run ${this.command}: ${this.problem}: ${this.remedy}`;
  }
}
