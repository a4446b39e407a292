import { Effect } from "effect";
import type { FileNotFound } from "../errors/file_not_found.ts";
import { FileUnreadable } from "../errors/file_unreadable.ts";
import { readFailure } from "./remedy.ts";

/**
 * All bytes of a file.
 *
 * @example A missing file is a typed error
 * ```ts
 * import { readBytes } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const size = readBytes("no-such-file").pipe(
 *   Effect.map((bytes) => bytes.length),
 *   Effect.catchTag("FileNotFound", () => Effect.succeed(-1)),
 * );
 * assertEquals(await Effect.runPromise(size), -1);
 * ```
 */
export function readBytes(path: string): Effect.Effect<Uint8Array<ArrayBuffer>, FileNotFound | FileUnreadable> {
  return Effect.tryPromise({ try: () => Deno.readFile(path), catch: (cause) => readFailure(path, cause) });
}

/** The whole text of a file, which must be UTF-8. */
export function readText(path: string): Effect.Effect<string, FileNotFound | FileUnreadable> {
  return Effect.flatMap(readBytes(path), (bytes) =>
    Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes),
      catch: (cause) => new FileUnreadable({ path, cause, remedy: "save the file as UTF-8 text" }),
    }));
}

/** The names in a folder, sorted. */
export function listFolder(path: string): Effect.Effect<readonly string[], FileNotFound | FileUnreadable> {
  return Effect.tryPromise({
    try: async () => (await Array.fromAsync(Deno.readDir(path), (entry) => entry.name)).sort(),
    catch: (cause) => readFailure(path, cause),
  });
}

/**
 * Whether a file or folder is there. Where nobody may look the answer is yes, so that the read or write that follows says
 * why it cannot be.
 */
export function exists(path: string): Effect.Effect<boolean> {
  return Effect.promise(() =>
    Deno.stat(path).then(
      () => true,
      (cause) => !(cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory),
    )
  );
}
