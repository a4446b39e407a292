import { Effect } from "effect";
import { CheckpointCorrupt } from "../errors/checkpoint_corrupt.ts";
import type { CheckpointNewer } from "../errors/checkpoint_newer.ts";
import type { FileNotFound } from "../errors/file_not_found.ts";
import type { FileUnreadable } from "../errors/file_unreadable.ts";
import { RunNotUsable } from "../errors/run_not_usable.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import { exists, moveFile, readBytes, writeAtomic } from "../files/mod.ts";
import { decodeTrainingState, encodeTrainingState } from "./checkpoint.ts";
import { runFile } from "./run_folder.ts";
import type { TrainingState } from "./training_state.ts";

/** Saves a state as `last`, keeping the one before as `previous`. At no moment is there neither. */
export function saveLast(
  folder: string,
  state: TrainingState,
  metadata: Readonly<Record<string, string>>,
): Effect.Effect<void, WriteFailed> {
  return Effect.gen(function* () {
    const bytes = yield* encodeTrainingState(state, metadata);
    const last = runFile(folder, "last");
    const next = `${folder}/next.safetensors`;
    yield* writeAtomic(next, bytes); // whole and on the disk before anything older is touched
    if (yield* exists(last)) yield* moveFile(last, runFile(folder, "previous"));
    yield* moveFile(next, last);
  });
}

/** Saves a state as `best`, all or nothing in place of the one before; the state's tensors stay the caller's. */
export function saveBest(
  folder: string,
  state: TrainingState,
  metadata: Readonly<Record<string, string>>,
): Effect.Effect<void, WriteFailed> {
  return Effect.flatMap(
    encodeTrainingState(state, metadata),
    (bytes) => writeAtomic(runFile(folder, "best"), bytes),
  );
}

/** Sets corrupt checkpoints aside under `NAME.corrupt`, so that none becomes the next `previous`. */
export function setAside(corrupt: readonly CheckpointCorrupt[]): Effect.Effect<void, WriteFailed> {
  return Effect.forEach(corrupt, ({ path }) => moveFile(path, `${path}.corrupt`), { discard: true });
}

/** A loaded checkpoint, which file it came from, and what was wrong with the files passed over. */
export interface LoadedCheckpoint {
  /** The state read; the caller owns its tensors. */
  readonly state: TrainingState;
  /** The file that it came from. */
  readonly path: string;
  /** What was wrong with newer files. */
  readonly passedOver: readonly CheckpointCorrupt[];
}

/**
 * The newest good checkpoint among these files, in the order given (`last`, then `previous`): a torn or corrupt one is
 * passed over and named. `undefined` if no file is there; fails if all that are there are corrupt.
 */
export function loadCheckpoint(
  folder: string,
  files: readonly ("last" | "previous" | "best")[] = ["last", "previous"],
): Effect.Effect<LoadedCheckpoint | undefined, RunNotUsable | CheckpointNewer | FileNotFound | FileUnreadable> {
  return Effect.gen(function* () {
    const passedOver: CheckpointCorrupt[] = [];
    for (const file of files) {
      const path = runFile(folder, file);
      if (!(yield* exists(path))) continue;
      const decoded = yield* readBytes(path).pipe(
        Effect.flatMap((bytes) => decodeTrainingState(bytes, path)),
        Effect.catchTag("CheckpointCorrupt", (corrupt) => Effect.succeed(corrupt)),
      );
      if (!(decoded instanceof CheckpointCorrupt)) return { state: decoded, path, passedOver };
      passedOver.push(decoded);
    }
    if (passedOver.length === 0) return undefined;
    return yield* new RunNotUsable({
      folder,
      action: "load",
      reason: passedOver.map((corrupt) => corrupt.message).join("; "),
      remedy: "restore a checkpoint from a backup, or train anew under another --run name",
    });
  });
}
