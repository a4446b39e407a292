import { Data } from "effect";

/** A command line that does not say what to do. */
export class WrongUse extends Data.Error<{
  readonly command: string;
  readonly problem: string;
  readonly remedy: string;
}> {
  readonly _tag: "WrongUse" = "WrongUse";
  override get message(): string {
    return `Cannot run ${this.command}: ${this.problem}: ${this.remedy}`;
  }
}
