import { assert, assertEquals, assertInstanceOf, assertMatch, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import {
  appendLine,
  ensureFolder,
  exists,
  FileNotFound,
  FileUnreadable,
  keepLines,
  listFolder,
  moveFile,
  readBytes,
  readText,
  removeFile,
  writeAtomic,
  WriteFailed,
  writeTextAtomic,
} from "../../lib/files/mod.ts";
import { readFailure, writeFailure } from "../../lib/files/remedy.ts";
import { failureOf, inFolder } from "./_folder.ts";

const run = Effect.runPromise;

Deno.test("writeAtomic() writes and replaces a file and leaves nothing beside it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.bin`;
    await Deno.writeTextFile(`${path}.part`, "what a killed program left, longer than what comes now");
    for (const bytes of [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array(3_000_000).fill(7)]) {
      await run(writeAtomic(path, bytes));
      assertEquals(await run(readBytes(path)), bytes);
    }
    assertEquals(await run(listFolder(folder)), ["a.bin"]);
  }));

Deno.test("writeAtomic() that fails keeps what was there and leaves no .part", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken/inside`, { recursive: true });
    const error = await failureOf(writeAtomic(`${folder}/taken`, new Uint8Array([1]))); // a folder has that name
    assertInstanceOf(error, WriteFailed);
    assertEquals(error.path, `${folder}/taken`);
    assert(error.cause instanceof Error && error.remedy.length > 0);
    assertEquals(await run(listFolder(folder)), ["taken"]);
  }));

Deno.test("writeAtomic() names the missing folder's remedy", () =>
  inFolder(async (folder) => {
    const error = await failureOf(writeAtomic(`${folder}/none/a`, new Uint8Array([1])));
    assertMatch(error.message, /^Cannot write .*\/none\/a: .*: check the path, or make its folder$/);
  }));

Deno.test("writeAtomic() never shows a reader anything but the old bytes or the new", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a`;
    const contents = [0, 1].map((value) => new Uint8Array(500_000 + value).fill(value));
    await run(writeAtomic(path, contents[0]!));
    let writing = true;
    const writes = (async () => {
      for (let round = 1; round < 12; round++) await run(writeAtomic(path, contents[round % 2]!));
      writing = false;
    })();
    while (writing) {
      const seen = await run(readBytes(path));
      const value = seen[0]!;
      assertEquals(seen.length, 500_000 + value);
      assert(seen.every((byte) => byte === value));
    }
    await writes;
  }));

Deno.test("writeAtomic() without permission names the flag that gives it", () =>
  inFolder(async (folder) => {
    const script = `
      import { Effect } from "effect";
      import { writeAtomic } from "${new URL("../../lib/files/mod.ts", import.meta.url)}";
      console.log((await Effect.runPromise(Effect.flip(writeAtomic("runs/x/config.json", new Uint8Array())))).message);`;
    await Deno.writeTextFile(`${folder}/script.ts`, script);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--allow-read",
        "--config",
        new URL("../../deno.json", import.meta.url).pathname,
        `${folder}/script.ts`,
      ],
      stderr: "null",
    }).output();
    assertStringIncludes(new TextDecoder().decode(stdout), "--allow-write=runs/x\n");
  }));

Deno.test("failures of the file system become typed errors with a remedy", () => {
  const full = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  assertStringIncludes(writeFailure("a/b", full).message, "the disk is full");
  assertStringIncludes(writeFailure("a/b", new Deno.errors.NotCapable("x")).remedy, "--allow-write=a");
  assertStringIncludes(writeFailure("b", new Deno.errors.NotCapable("x")).remedy, "--allow-write=.");
  assertStringIncludes(readFailure("a/b", new Deno.errors.NotCapable("x")).message, "--allow-read=a/b");
  assertStringIncludes(writeFailure("a", new Deno.errors.PermissionDenied("x")).remedy, "the right to write");
  assertInstanceOf(readFailure("a", new Deno.errors.NotFound("x")), FileNotFound);
  assertInstanceOf(readFailure("a", "a thrown text"), FileUnreadable);
});

Deno.test("readBytes(), readText() and listFolder() fail with their typed errors", () =>
  inFolder(async (folder) => {
    for (const read of [readBytes, readText, listFolder]) {
      assertInstanceOf(await failureOf<unknown, unknown>(read(`${folder}/none`)), FileNotFound);
    }
    assertInstanceOf(await failureOf(readBytes(folder)), FileUnreadable);
    await Deno.writeFile(`${folder}/latin1`, new Uint8Array([0x66, 0xfc, 0x72]));
    assertStringIncludes((await failureOf(readText(`${folder}/latin1`))).message, "UTF-8");
  }));

Deno.test("exists(), moveFile(), removeFile() and ensureFolder() do what they say, twice too", () =>
  inFolder(async (folder) => {
    const [a, b] = [`${folder}/x/y/a`, `${folder}/x/y/b`];
    assertEquals(await run(exists(a)), false);
    await run(ensureFolder(`${folder}/x/y`));
    await run(ensureFolder(`${folder}/x/y`));
    await run(writeTextAtomic(a, "a"));
    await run(writeTextAtomic(b, "b"));
    await run(moveFile(a, b));
    assertEquals([await run(exists(a)), await run(readText(b)), await run(exists(`${b}/c`))], [false, "a", false]);
    await run(removeFile(b));
    await run(removeFile(b));
    assertEquals(await run(exists(b)), false);
    assertInstanceOf(await failureOf(moveFile(a, b)), WriteFailed);
    assertInstanceOf(await failureOf(removeFile(folder)), WriteFailed); // not empty
  }));

Deno.test("appendLine() adds whole lines, and keepLines() cuts them and a torn end away", () =>
  inFolder(async (folder) => {
    const path = `${folder}/metrics.jsonl`;
    for (const line of ["1", "2", "3"]) await run(appendLine(path, line));
    assertEquals(await run(readText(path)), "1\n2\n3\n");
    await Deno.writeTextFile(path, '{"torn', { append: true });
    assertEquals(await run(keepLines(path, (line, at) => Number(line) < 3 && at < 2)), ["1", "2"]);
    assertEquals(await run(readText(path)), "1\n2\n");
    const before = (await Deno.stat(path)).ino;
    assertEquals(await run(keepLines(path, () => true)), ["1", "2"]);
    assertEquals((await Deno.stat(path)).ino, before); // not rewritten
    assertInstanceOf(await failureOf(keepLines(`${folder}/none`, () => true)), FileNotFound);
  }));
