import { Data } from "effect";

/** A name that nothing answers to: an option, a preset, a pipeline. */
export class UnknownOption extends Data.Error<{
  /** What kind of name it is: "option", "preset", "pipeline". */
  readonly kind: string;
  /** The name that was given. */
  readonly found: string;
  /** The closest names that exist. */
  readonly nearest: readonly string[];
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "UnknownOption" = "UnknownOption";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    const hint = this.nearest.length === 0
      ? ": there is none here"
      : `: did you mean ${this.nearest.map((n) => `"${n}"`).join(" or ")}?`;
    return `Cannot find ${this.kind} "${this.found}"${hint}`;
  }
}
