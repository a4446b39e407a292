import { Effect } from "effect";
import type { FileNotFound } from "../errors/file_not_found.ts";
import type { FileUnreadable } from "../errors/file_unreadable.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import { readText } from "./read.ts";
import { writeTextAtomic } from "./write_atomic.ts";

/** The whole lines of a text; what follows the last line's end was cut off by a crash and is left out. */
export function wholeLines(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}

/**
 * Keeps those lines of a file that pass, and rewrites the file, all or nothing, if that changes it. A last line without
 * an end goes too. Gives back the lines that stay. A resumed run cuts its metrics to the checkpoint by this.
 */
export function keepLines(
  path: string,
  keep: (line: string, index: number) => boolean,
): Effect.Effect<readonly string[], FileNotFound | FileUnreadable | WriteFailed> {
  return Effect.flatMap(readText(path), (text) => {
    const kept = wholeLines(text).filter(keep);
    const rewritten = kept.map((line) => `${line}\n`).join("");
    return Effect.as(rewritten === text ? Effect.void : writeTextAtomic(path, rewritten), kept);
  });
}
