import { Data } from "effect";

/** A number of workers that the shards do not divide into evenly. */
export class UnevenShards extends Data.Error<{ readonly shards: number; readonly workers: number }> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "UnevenShards" = "UnevenShards";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    const allowed = Array.from({ length: Math.log2(this.shards) + 1 }, (_, i) => 2 ** i).join(", ");
    return `Cannot split ${this.shards} shards over ${this.workers} workers: use ${allowed} workers,` +
      ` or train with other training.shards`;
  }
}
