import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect, Result } from "effect";
import fc from "fast-check";
import {
  columnsAt,
  type CsvError,
  CsvInvalid,
  type CsvRow,
  FileNotFound,
  FileUnreadable,
  numberAt,
  openCsv,
  openCsvWriter,
  textAt,
} from "../../lib/files/mod.ts";
import { failureOf, inFolder } from "./_folder.ts";

interface Read {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
  readonly batches: readonly number[];
}

/** The whole file in batches. */
function readAll(path: string, size = 3): Effect.Effect<Read, CsvError> {
  return Effect.scoped(Effect.gen(function* () {
    const { columns, next } = yield* openCsv(path);
    const rows: CsvRow[] = [], batches: number[] = [];
    for (;;) {
      const batch = yield* next(size);
      if (batch.length === 0) return { columns, rows, batches };
      rows.push(...batch);
      batches.push(batch.length);
    }
  }));
}

function writeAll(path: string, rows: readonly (readonly string[])[]) {
  return Effect.scoped(Effect.gen(function* () {
    const { write, commit } = yield* openCsvWriter(path);
    yield* write(rows);
    yield* commit;
  }));
}

Deno.test("openCsv() reads rows in batches with the lines they end in, marks and empty lines left out", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    await Deno.writeTextFile(path, '\uFEFFa, b \r\n1,"x,\ny"\r\n\r\n2,"""q"""\r\n3,\r\n4,z');
    const { columns, rows, batches } = await Effect.runPromise(readAll(path));
    assertEquals(columns, ["a", "b"]);
    assertEquals(rows.map(({ cells }) => cells), [["1", "x,\ny"], ["2", '"q"'], ["3", ""], ["4", "z"]]);
    assertEquals(rows.map(({ line }) => line), [3, 5, 6, 7]);
    assertEquals(batches, [3, 1]);
  }));

Deno.test("openCsv() refuses what is no table, and says in which line", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    const cases: readonly [text: string, line: number | undefined, found: string][] = [
      ["", undefined, "an empty file"],
      ["\n\n", undefined, "an empty file"],
      ["a,b,a\n", 1, `"a" twice`],
      ["a,,b\n", 1, "column 2"],
      ["a,b\n1,2\n3\n", 3, "expect 2, got 1"],
      ["a,b\n1,2,3\n", 2, "expect 2, got 3"],
      ['a,b\n1,"2\n', 2, "Quote"],
      ['a,b\n1,"2"3\n', 2, "Quote"],
      ['a,b\n1,2"3\n', 2, "Quote"],
    ];
    for (const [text, line, found] of cases) {
      await Deno.writeTextFile(path, text);
      const error = await failureOf(readAll(path));
      assertInstanceOf(error, CsvInvalid, text);
      assertEquals(error.line, line, text);
      assertStringIncludes(error.found, found);
      assertStringIncludes(error.message, path);
    }
    await Deno.writeFile(path, Uint8Array.of(0x61, 0x0a, 0xff, 0xfe));
    assertInstanceOf(await failureOf(readAll(path)), FileUnreadable);
    assertInstanceOf(await failureOf(readAll(`${folder}/none.csv`)), FileNotFound);
    assertInstanceOf(await failureOf(readAll(folder)), FileUnreadable);
  }));

Deno.test("numberAt(), textAt() and columnsAt() say line, column and what was found", () =>
  Effect.runPromise(Effect.gen(function* () {
    const reader = { path: "t.csv", columns: ["a", "b"], next: () => Effect.succeed([]) };
    const row = (cell: string): CsvRow => ({ line: 7, cells: ["0", cell] });
    for (const [cell, value] of [["1", 1], [" -2.5e1 ", -25], [".5", 0.5], ["+3.", 3]] as const) {
      assertEquals(numberAt(reader, row(cell), 1), value);
    }
    for (const cell of ["", " ", "NA", "nan", "x", "1,5", "0x10", "Infinity", "1e101", "--1", "1e", "true"]) {
      const error = numberAt(reader, row(cell), 1);
      assertInstanceOf(error, CsvInvalid, cell);
      assertEquals([error.line, error.column], [7, "b"]);
    }
    assertStringIncludes(String(numberAt(reader, row("NA"), 1)), "a missing value");
    assertStringIncludes(String(numberAt(reader, row("12 kg"), 1)), `"12 kg"`);
    assertEquals(textAt(reader, row(" cat "), 1), "cat");
    assertInstanceOf(textAt(reader, row("null"), 1), CsvInvalid);
    assertEquals(columnsAt(reader, ["b", "a"]), [1, 0]);
    assertStringIncludes(String(columnsAt(reader, ["c"])), `found "a", "b"`);
    assertStringIncludes(String(columnsAt({ ...reader, columns: ["a;b"] }, ["a"])), "by commas");
    yield* Effect.void;
  })));

Deno.test("openCsv() reads what openCsvWriter() wrote, whatever the cells hold", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    const cell = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1 }),
      fc.constantFrom(",", '"', "\n", "\r\n", "a,b"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }).chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }))),
        async (cells) => {
          const header = (cells[0] ?? ["a"]).map((_, at) => `c${at}`);
          await Effect.runPromise(writeAll(path, [header, ...cells]));
          const { columns, rows } = await Effect.runPromise(readAll(path));
          assertEquals(columns, header);
          assertEquals(rows.map((row) => row.cells), cells);
        },
      ),
      { numRuns: 100 },
    );
  }));

Deno.test("openCsv() never crashes, whatever the file holds", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    let refused = 0, read = 0;
    const piece = fc.constantFrom(",", '"', "\n", "\r", "\r\n", "a", "1", " ", "\uFEFF", "é", "\0", ";", "\t", "🂡");
    const bytes = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((pieces) => new TextEncoder().encode(pieces.join(""))),
      fc.uint8Array({ maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        await Deno.writeFile(path, content);
        const result = await Effect.runPromise(Effect.result(readAll(path)));
        if (Result.isSuccess(result)) {
          read++;
          const { columns, rows } = result.success;
          assert(rows.every(({ cells }) => cells.length === columns.length));
        } else {
          refused++;
          assert(result.failure instanceof CsvInvalid || result.failure instanceof FileUnreadable);
          assert(!/csv-parse|undefined/.test(result.failure.message), result.failure.message);
          if (result.failure instanceof FileUnreadable) assertStringIncludes(result.failure.message, "UTF-8");
        }
      }),
      { numRuns: 400 },
    );
    assert(refused > 50 && read > 20, `${refused} refused, ${read} read`);
  }));

Deno.test("openCsvWriter() leaves the old file and no part where it is not committed", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    await Effect.runPromise(writeAll(path, [["a"], ["1"]]));
    await Effect.runPromise(Effect.scoped(Effect.flatMap(openCsvWriter(path), ({ write }) => write([["b"]]))));
    assertEquals(await Deno.readTextFile(path), "a\n1\n");
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
  }));
