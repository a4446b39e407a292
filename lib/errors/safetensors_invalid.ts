import { Data } from "effect";

/** Bytes that are no valid safetensors file. */
export class SafetensorsInvalid extends Data.Error<{
  /** Where in the file: `header`, or the name of a tensor. */
  readonly where: string;
  /** What the format allows there. */
  readonly expected: string;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "SafetensorsInvalid" = "SafetensorsInvalid";
  /** What was tried, expected and found, and what to do. */
  override get message(): string {
    return `Cannot read safetensors, ${this.where}: expected ${this.expected}, found ${this.found}: ${this.remedy}`;
  }
}
