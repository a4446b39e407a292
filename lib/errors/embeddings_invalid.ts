import { Data } from "effect";

/** A file that holds no usable embeddings: `embeddings [n, d]` and `labels [n]` in safetensors. */
export class EmbeddingsInvalid extends Data.Error<{
  /** The file's path. */
  readonly path: string;
  /** What such a file has there. */
  readonly expected: string;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "EmbeddingsInvalid" = "EmbeddingsInvalid";
  /** What was tried, expected and found, and what to do. */
  override get message(): string {
    return `Cannot read embeddings ${this.path}: expected ${this.expected}, found ${this.found}: ${this.remedy}`;
  }
}
