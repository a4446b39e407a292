import { Effect, Option } from "effect";
import { CheckpointCorrupt } from "../lib/errors/checkpoint_corrupt.ts";
import type { CheckpointNewer } from "../lib/errors/checkpoint_newer.ts";
import { FileNotFound } from "../lib/errors/file_not_found.ts";
import type { FileUnreadable } from "../lib/errors/file_unreadable.ts";
import { decodeCheckpoint, readBytes, type SafetensorsContent } from "../lib/files/mod.ts";
import { runFile } from "../lib/training/mod.ts";

/** A run's checkpoints: the best validation's, the newest, the one before that. */
export type CheckpointChoice = "best" | "last" | "previous";

/** All of them, in the order in which one stands in for another. */
export const checkpointChoices: readonly CheckpointChoice[] = ["best", "last", "previous"];

/** Reads one of a run's checkpoints; where it is corrupt or not there, the error names those that can be read instead. */
export function readCheckpoint(
  folder: string,
  choice: CheckpointChoice,
): Effect.Effect<SafetensorsContent, CheckpointCorrupt | CheckpointNewer | FileNotFound | FileUnreadable> {
  const path = runFile(folder, choice);
  return decodedAt(path).pipe(
    Effect.catchTag("CheckpointCorrupt", ({ expected, found }) =>
      Effect.flatMap(
        remedyFor(folder, choice),
        (remedy) => Effect.fail(new CheckpointCorrupt({ path, expected, found, remedy })),
      )),
    Effect.catchTag(
      "FileNotFound",
      () => Effect.flatMap(remedyFor(folder, choice), (remedy) => Effect.fail(new FileNotFound({ path, remedy }))),
    ),
  );
}

function decodedAt(path: string) {
  return Effect.flatMap(readBytes(path), (bytes) => decodeCheckpoint(bytes, path));
}

function remedyFor(folder: string, failed: CheckpointChoice): Effect.Effect<string> {
  return Effect.gen(function* () {
    for (const choice of checkpointChoices) {
      if (choice === failed || Option.isNone(yield* Effect.option(decodedAt(runFile(folder, choice))))) continue;
      return `${
        runFile(folder, choice)
      } is whole: take it by --checkpoint ${choice} (loadRun: { checkpoint: "${choice}" })`;
    }
    return "no other checkpoint of the run is whole: restore a backup, or train it";
  });
}
