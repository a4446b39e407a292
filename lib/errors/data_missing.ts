import { Data } from "effect";

/** A data set that a pipeline draws its tasks from, and that is not where it was looked for. */
export class DataMissing extends Data.Error<{
  /** The data set's name. */
  readonly name: string;
  /** The folder that was looked in; `undefined` where none was named. */
  readonly folder: string | undefined;
  /** The file that is not there; `undefined` where no folder was named. */
  readonly file: string | undefined;
  /** How to get it, where `deno task data` does not. */
  readonly remedy?: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "DataMissing" = "DataMissing";
  /** What was looked for, where, and how to get it. */
  override get message(): string {
    const found = this.folder === undefined ? "no folder was named" : `there is no ${this.file} in ${this.folder}`;
    return `Cannot draw tasks from ${this.name}: ${found}: name the folder that holds ${this.name}/ by --data DIR or ` +
      `AMORTIZE_DATA, or ${this.remedy ?? `download it with: deno task data ${this.name}`}`;
  }
}
