import { Data } from "effect";

/** A ready-made model, such as one that embeds images, that cannot be loaded or does not answer as it should. */
export class ModelNotUsable extends Data.Error<{
  /** The model's folder or name. */
  readonly model: string;
  /** What stood in the way. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "ModelNotUsable" = "ModelNotUsable";
  /** What was tried, what was found, and what to do. */
  override get message(): string {
    return `Cannot embed with ${this.model}: ${this.problem}: ${this.remedy}`;
  }
}
