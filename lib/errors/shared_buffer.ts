import { Data } from "effect";

/** A kernel that writes in place was given a tensor whose buffer other tensors hold too. */
export class SharedBuffer extends Data.Error<{
  /** The kernel. */
  readonly where: string;
  /** Which of its inputs. */
  readonly input: string;
  /** The shape of that input. */
  readonly shape: readonly number[];
  /** How many tensors hold the buffer; allowed is 1. */
  readonly holders: number;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tells this error apart, for `Effect.catchTag`. */
  readonly _tag: "SharedBuffer" = "SharedBuffer";
  /** What was tried, what was found, what is allowed, and what to do. */
  override get message(): string {
    return `Cannot run ${this.where} in place on ${this.input} [${this.shape}]: ` +
      `expected one tensor on its buffer, found ${this.holders}: ${this.remedy}`;
  }
}
