import { Effect } from "effect";
import type { WriteFailed } from "../errors/write_failed.ts";
import { folderOf, writeFailure } from "./remedy.ts";

/** Waits until the names in the folder of a path are on the disk. */
async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return; // which has no such call for folders
  using folder = await Deno.open(folderOf(path), { read: true });
  await folder.sync();
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`;
  try {
    {
      using file = await Deno.open(part, { write: true, create: true, truncate: true });
      await writeAll(file, bytes);
      await file.sync();
    }
    await Deno.rename(part, path);
  } catch (cause) {
    await Deno.remove(part).catch(() => {}); // the first failure is the one to tell
    throw cause;
  }
  await syncFolder(path);
}

/**
 * Replaces a file's content, all or nothing: whoever reads the path, even after a crash, finds the old bytes or the new
 * ones. Writes `PATH.part` beside it, waits for the disk, renames, waits for the folder. Leaves no `.part` behind when it
 * fails. One writer a path.
 *
 * @example Into a run folder that is there
 * ```ts ignore
 * import { writeAtomic } from "@amortize/core/files";
 * import { Effect } from "effect";
 *
 * await Effect.runPromise(writeAtomic("runs/demo/config.json", new TextEncoder().encode("{}")));
 * ```
 */
export function writeAtomic(path: string, bytes: Uint8Array): Effect.Effect<void, WriteFailed> {
  return Effect.uninterruptible(
    Effect.tryPromise({ try: () => replace(path, bytes), catch: (cause) => writeFailure(path, cause) }),
  );
}

/** {@linkcode writeAtomic} for text. */
export function writeTextAtomic(path: string, text: string): Effect.Effect<void, WriteFailed> {
  return Effect.suspend(() => writeAtomic(path, new TextEncoder().encode(text)));
}

/**
 * Adds a line to the end of a file, made where missing; the line's end is added. A crash can leave only the beginning of
 * the last line.
 */
export function appendLine(path: string, text: string): Effect.Effect<void, WriteFailed> {
  return Effect.uninterruptible(Effect.tryPromise({
    try: async () => {
      using file = await Deno.open(path, { append: true, create: true });
      await writeAll(file, new TextEncoder().encode(`${text}\n`));
    },
    catch: (cause) => writeFailure(path, cause),
  }));
}

/** Makes a folder and those above it, where missing. */
export function ensureFolder(path: string): Effect.Effect<void, WriteFailed> {
  return Effect.tryPromise({
    try: () => Deno.mkdir(path, { recursive: true }),
    catch: (cause) => writeFailure(path, cause),
  });
}

/** Removes a file, if it is there. */
export function removeFile(path: string): Effect.Effect<void, WriteFailed> {
  return Effect.tryPromise({
    try: () =>
      Deno.remove(path).catch((cause) => {
        if (!(cause instanceof Deno.errors.NotFound)) throw cause;
      }),
    catch: (cause) => writeFailure(path, cause),
  });
}

/** Gives a file another name in the same file system, in place of what had that name; waits for the folder. */
export function moveFile(from: string, to: string): Effect.Effect<void, WriteFailed> {
  return Effect.uninterruptible(Effect.tryPromise({
    try: async () => {
      await Deno.rename(from, to);
      await syncFolder(to);
    },
    catch: (cause) => writeFailure(to, cause),
  }));
}
