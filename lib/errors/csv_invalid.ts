import { Data } from "effect";

/** A CSV file, or a cell of it, that is not what was asked for. */
export class CsvInvalid extends Data.Error<{
  /** The file's path. */
  readonly path: string;
  /** The line where the row ends, from 1; `undefined` where the whole file is meant. */
  readonly line?: number;
  /** The column's name, where one is meant. */
  readonly column?: string;
  /** What was to be there. */
  readonly expected: string;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}> {
  /** Tag for `Effect.catchTag`. */
  readonly _tag: "CsvInvalid" = "CsvInvalid";
  /** What was tried, expected and found, where, and what to do. */
  override get message(): string {
    const line = this.line === undefined ? "" : `, line ${this.line}`;
    const column = this.column === undefined ? "" : `, column "${this.column}"`;
    return `Cannot read CSV file ${this.path}${line}${column}: expected ${this.expected}, found ${this.found}: ${this.remedy}`;
  }
}
