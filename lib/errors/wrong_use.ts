import { Data } from "effect";

/** A command line that does not say what to do. */
export class WrongUse extends Data.Error<{
  /** The command as it was typed, as far as it is known. */
  readonly command: string;
  /** What is missing, unknown or contradictory. */
  readonly problem: string;
  /** What to type instead. */
  readonly remedy: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "WrongUse" = "WrongUse";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    return `Cannot run ${this.command}: ${this.problem}: ${this.remedy}`;
  }
}
