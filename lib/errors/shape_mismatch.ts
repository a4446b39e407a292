import { Data } from "effect";

/** A tensor of the wrong shape was handed in. Thrown by ops, which are synchronous; a field of failed stages. */
export class ShapeMismatch extends Data.Error<{
  /** The function that was called, and its argument: `linear(x)`. */
  readonly where: string;
  /** The shape asked for, with named axes: `[rows, 3]`. */
  readonly expected: string;
  /** The shape that came. */
  readonly found: readonly number[];
  /** What to change. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "ShapeMismatch" = "ShapeMismatch";
  /** What was tried, expected and found, and what to do. */
  override get message(): string {
    return `Cannot run ${this.where}: expected ${this.expected}, found [${this.found.join(", ")}]: ${this.remedy}`;
  }
}
