import { Effect, type Scope } from "effect";
import type { WriteFailed } from "../errors/write_failed.ts";
import { folderOf, writeFailure } from "./remedy.ts";

/** A CSV file in the making. */
export interface CsvWriter {
  /** Adds rows. */
  readonly write: (rows: readonly (readonly string[])[]) => Effect.Effect<void, WriteFailed>;
  /** Puts the file in the place of what had its path. */
  readonly commit: Effect.Effect<void, WriteFailed>;
}

/**
 * Writes a CSV file row by row, all or nothing: rows go to `PATH.part`, which takes the path's place when committed, and
 * is gone if the scope closes before.
 *
 * @example Cells with commas are quoted
 * ```ts
 * import { openCsvWriter } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const path = await Deno.makeTempFile();
 * const written = Effect.scoped(Effect.gen(function* () {
 *   const { write, commit } = yield* openCsvWriter(path);
 *   yield* write([["name", "size"], ["a, b", "1"]]);
 *   yield* commit;
 * }));
 * await Effect.runPromise(written);
 * assertEquals(await Deno.readTextFile(path), 'name,size\n"a, b",1\n');
 * await Deno.remove(path);
 * ```
 */
export function openCsvWriter(path: string): Effect.Effect<CsvWriter, WriteFailed, Scope.Scope> {
  const part = `${path}.part`;
  const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, WriteFailed> =>
    Effect.tryPromise({ try: run, catch: (cause) => writeFailure(path, cause) });
  return Effect.gen(function* () {
    const { stringify } = yield* Effect.promise(() => import("./_csv_stringify.ts"));
    let committed = false;
    const file = yield* Effect.acquireRelease(
      attempt(() => Deno.open(part, { write: true, create: true, truncate: true })),
      (file) =>
        Effect.promise(async () => {
          file.close();
          if (!committed) await Deno.remove(part).catch(() => {});
        }),
    );
    const encoder = new TextEncoder();
    return {
      write: (rows) =>
        attempt(async () => {
          const bytes = encoder.encode(stringify(rows.map((row) => [...row])));
          for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
        }),
      commit: Effect.uninterruptible(attempt(async () => {
        await file.sync();
        await Deno.rename(part, path);
        committed = true;
        if (Deno.build.os === "windows") return; // which has no such call for folders
        using folder = await Deno.open(folderOf(path), { read: true });
        await folder.sync();
      })),
    };
  });
}
