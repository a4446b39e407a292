/**
 * CSV files, read and written row by row at constant memory: commas, quotes as in RFC 4180, UTF-8, the first row names
 * the columns. Parsing and quoting are `csv-parse`'s and `csv-stringify`'s, which load when a file is opened.
 *
 * @module
 */
import { Effect, type Scope } from "effect";
import { CsvInvalid } from "../errors/csv_invalid.ts";
import type { FileNotFound } from "../errors/file_not_found.ts";
import { FileUnreadable } from "../errors/file_unreadable.ts";
import { readFailure } from "./remedy.ts";

/** A row of a CSV file. */
export interface CsvRow {
  /** The line that it ends in, from 1. */
  readonly line: number;
  /** One text a column. */
  readonly cells: readonly string[];
}

/** What reading a CSV file may fail with. */
export type CsvError = CsvInvalid | FileNotFound | FileUnreadable;

/** An open CSV file. */
export interface CsvReader {
  /** The file's path. */
  readonly path: string;
  /** The columns' names: not empty, each once. */
  readonly columns: readonly string[];
  /** The next rows, at most `count`, each with a cell for every column; none at the end. */
  readonly next: (count: number) => Effect.Effect<readonly CsvRow[], CsvError>;
}

/** Characters of the longest row: a quote that is never closed would hold the rest of the file. */
const longestRow = 1 << 24;

/**
 * Opens a CSV file and reads the names of its columns; the file is closed with the scope. Fails with
 * {@linkcode CsvInvalid} where the file is empty, a name is empty or there twice; `next` fails with it where a row has
 * more or fewer cells than there are names, and where quotes are wrong. Byte order marks and empty lines are passed over.
 *
 * @example Rows two by two
 * ```ts
 * import { openCsv } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, 'name,size\n"a, b",1\nc,2\nd,3\n');
 * const first = Effect.scoped(Effect.flatMap(openCsv(path), ({ next }) => next(2)));
 * assertEquals((await Effect.runPromise(first)).map(({ cells }) => cells), [["a, b", "1"], ["c", "2"]]);
 * await Deno.remove(path);
 * ```
 */
export function openCsv(path: string): Effect.Effect<CsvReader, CsvError, Scope.Scope> {
  return Effect.gen(function* () {
    const rows = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => openRows(path), catch: (cause) => failureOf(path, cause) }),
      (rows) => Effect.promise(() => rows.close()),
    );
    const next = (count: number): Effect.Effect<readonly CsvRow[], CsvError> =>
      Effect.tryPromise({
        try: async () => {
          const found: CsvRow[] = [];
          while (found.length < count) {
            const row = await rows.next();
            if (row === undefined) break;
            found.push(row);
          }
          return found;
        },
        catch: (cause) => failureOf(path, cause),
      });
    const [header] = yield* next(1);
    if (header === undefined) {
      return yield* new CsvInvalid({
        path,
        expected: "a first row with the columns' names",
        found: "an empty file",
        remedy: "export the table again, with its header",
      });
    }
    const columns = header.cells.map((name) => name.trim());
    const empty = columns.findIndex((name) => name === "");
    const twice = columns.find((name, at) => columns.indexOf(name) !== at);
    if (empty >= 0 || twice !== undefined) {
      return yield* new CsvInvalid({
        path,
        line: header.line,
        expected: "a name of its own for each column",
        found: empty >= 0 ? `no name for column ${empty + 1}` : `"${twice}" twice`,
        remedy: "name the columns apart in the first row",
      });
    }
    return { path, columns, next };
  });
}

interface Rows {
  readonly next: () => Promise<CsvRow | undefined>;
  readonly close: () => Promise<void>;
}

/** Node's streams, since the parser is one of them: what fails anywhere comes out of `next`, and closing closes all. */
async function openRows(path: string): Promise<Rows> {
  const { parse } = await import("./_csv_parse.ts");
  const { pipeline, Readable } = await import("node:stream");
  const file = await Deno.open(path, { read: true });
  const text = file.readable.pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
  const parser = parse({ info: true, skip_empty_lines: true, max_record_size: longestRow });
  pipeline(Readable.from(text), parser, () => {}); // its error is the iterator's too
  const iterator = parser[Symbol.asyncIterator]() as AsyncIterator<
    { readonly record: string[]; readonly info: { readonly lines: number } }
  >;
  return {
    next: async () => {
      const { done, value } = await iterator.next();
      return done === true ? undefined : { line: value.info.lines, cells: value.record };
    },
    close: async () => {
      await iterator.return?.();
    },
  };
}

/** The parser's words for what people do to tables. */
const problems: Readonly<Record<string, { readonly expected: string; readonly remedy: string }>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: {
    expected: "as many cells as the first row names columns",
    remedy: "mend the row, or quote cells that hold commas",
  },
  CSV_QUOTE_NOT_CLOSED: { expected: "a closing quote", remedy: "close the quote, or double quotes inside a cell" },
  CSV_INVALID_CLOSING_QUOTE: {
    expected: "a comma or the line's end after a closing quote",
    remedy: "double quotes inside a quoted cell",
  },
  INVALID_OPENING_QUOTE: {
    expected: "quotes around whole cells only",
    remedy: "quote the whole cell and double the quotes inside it",
  },
  CSV_MAX_RECORD_SIZE: {
    expected: `rows of at most ${longestRow} characters`,
    remedy: "look for a quote that is opened and never closed",
  },
};

function failureOf(path: string, cause: unknown): CsvError {
  if (cause instanceof Error && "code" in cause) {
    const { code, message, lines } = cause as Error & { readonly code?: unknown; readonly lines?: unknown };
    const problem = problems[String(code)];
    if (problem !== undefined) {
      const found = message.replace(/ (on|at) line \d+.*$/, "").slice(0, 120);
      return new CsvInvalid({ path, ...(typeof lines === "number" ? { line: lines } : {}), ...problem, found });
    }
  }
  if (cause instanceof TypeError) return new FileUnreadable({ path, cause, remedy: "save the file as UTF-8 text" });
  return readFailure(path, cause);
}
