import { Effect } from "effect";
import { DownloadFailed } from "../errors/download_failed.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import { gunzip } from "./gunzip.ts";
import { exists, readBytes } from "./read.ts";
import { folderOf } from "./remedy.ts";
import { sha256Hex } from "./sha256_hex.ts";
import { ensureFolder, writeAtomic } from "./write_atomic.ts";

/** A file to have: where from, where to, and what its content must be. */
export interface Download {
  /** Where it lies. */
  readonly url: string;
  /** Where it goes. */
  readonly path: string;
  /** SHA-256 of what it holds once unpacked, in hexadecimal: packers differ, contents do not. */
  readonly sha256: string;
}

/**
 * Makes a file be there: keeps it where it is right already, else downloads it, checks it, and writes it whole or not at
 * all. Answers how many bytes were downloaded, 0 where nothing had to be.
 */
export function download({ url, path, sha256 }: Download): Effect.Effect<number, DownloadFailed | WriteFailed> {
  return Effect.gen(function* () {
    if ((yield* exists(path)) && (yield* isRight(path, sha256))) return 0;
    const failed = (found: string) =>
      new DownloadFailed({ url, found, remedy: "try again, or name another mirror by --from URL" });
    const bytes = yield* Effect.tryPromise({
      try: async (signal) => {
        const response = await fetch(url, { signal });
        if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`);
        return new Uint8Array(await response.arrayBuffer());
      },
      catch: (cause) => failed(messageOf(cause)),
    });
    const content = yield* Effect.tryPromise({ try: () => gunzip(bytes), catch: (cause) => failed(messageOf(cause)) });
    const found = yield* sha256Hex(content);
    if (found !== sha256) return yield* failed(`its content has the checksum ${found}, not ${sha256}`);
    yield* ensureFolder(folderOf(path));
    yield* writeAtomic(path, bytes);
    return bytes.length;
  });
}

/** Whether a file holds what it should. */
function isRight(path: string, sha256: string): Effect.Effect<boolean> {
  return readBytes(path).pipe(
    Effect.flatMap((bytes) => Effect.tryPromise(() => gunzip(bytes))),
    Effect.flatMap(sha256Hex),
    Effect.map((found) => found === sha256),
    Effect.catch(() => Effect.succeed(false)),
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
