import { Effect } from "effect";
import { CheckpointCorrupt } from "../errors/checkpoint_corrupt.ts";
import type { CheckpointNewer } from "../errors/checkpoint_newer.ts";
import type { FileNotFound } from "../errors/file_not_found.ts";
import type { FileUnreadable } from "../errors/file_unreadable.ts";
import { RunNotUsable } from "../errors/run_not_usable.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import {
  appendLine,
  ensureFolder,
  exists,
  moveFile,
  readBytes,
  readText,
  sha256Hex,
  writeAtomic,
} from "../files/mod.ts";
import { decodeTrainingState, encodeTrainingState } from "./checkpoint.ts";
import type { Json, JsonObject } from "./pipeline.ts";
import type { TrainingState } from "./training_state.ts";

/** Version of the run folder's layout. */
export const runFormat = 1;

/** What config.json holds: the run's identity, written once. */
export interface RunIdentity {
  readonly format: number;
  readonly pipeline: string;
  /** The module whose default export is the pipeline, as it was named; built-in pipelines have their name. */
  readonly module: string;
  readonly preset: string;
  readonly seed: number;
  readonly config: JsonObject;
}

/** A line of metrics.jsonl. Only the last two fields may differ between equal runs. */
export interface MetricLine {
  readonly iteration: number;
  readonly loss: number;
  readonly lossPerStep: readonly number[];
  readonly learningRate: number;
  readonly gradientNorm: number;
  /** Error after step K on the validation tasks, when measured. */
  readonly validation?: number;
  readonly tasksPerSecond: number;
  readonly elapsedSeconds: number;
}

/** Errors of reading a run. */
export type ReadRunError = RunNotUsable | FileNotFound | FileUnreadable;

/** Names of the files in a run folder. */
export const runFiles = {
  config: "config.json",
  sessions: "sessions.jsonl",
  metrics: "metrics.jsonl",
  last: "last.safetensors",
  previous: "previous.safetensors",
  best: "best.safetensors",
  evaluation: "evaluation.json",
  report: "report.html",
} as const;

/** The path of a run folder's file. */
export function runFile(folder: string, file: keyof typeof runFiles): string {
  return `${folder}/${runFiles[file]}`;
}

/** Starts a new run: the folder and its identity. Refuses a folder that holds a run already. */
export function createRun(folder: string, identity: RunIdentity): Effect.Effect<void, RunNotUsable | WriteFailed> {
  return Effect.gen(function* () {
    if (yield* exists(runFile(folder, "config"))) {
      return yield* new RunNotUsable({
        folder,
        action: "start",
        reason: "it exists already",
        remedy: "resume it with --resume, or give another name with --run",
      });
    }
    yield* ensureFolder(folder);
    yield* writeAtomic(runFile(folder, "config"), encodeJson(identity));
  });
}

/** Reads a run's identity. */
export function readIdentity(folder: string): Effect.Effect<RunIdentity, ReadRunError> {
  return Effect.gen(function* () {
    const path = runFile(folder, "config");
    if (!(yield* exists(path))) {
      return yield* new RunNotUsable({
        folder,
        action: "open",
        reason: `it has no ${runFiles.config}`,
        remedy: "name a run under runs/ or the path of a run folder; deno task list shows them",
      });
    }
    const identity = yield* parseJson<RunIdentity>(folder, yield* readText(path));
    if (identity.format > runFormat) {
      return yield* new RunNotUsable({
        folder,
        action: "open",
        reason: `its format ${identity.format} is newer than ${runFormat}`,
        remedy: "update amortize",
      });
    }
    return identity;
  });
}

/** The identity's hash: equal for equal pipelines, seeds and configurations. */
export function identityHash(identity: RunIdentity): Effect.Effect<string> {
  return sha256Hex(encodeJson(identity));
}

/** Appends a line about this start of the program. */
export function appendSession(folder: string, session: JsonObject): Effect.Effect<void, WriteFailed> {
  return appendLine(runFile(folder, "sessions"), JSON.stringify(session));
}

/** Appends a line of metrics. */
export function appendMetrics(folder: string, line: MetricLine): Effect.Effect<void, WriteFailed> {
  return appendLine(runFile(folder, "metrics"), JSON.stringify(line));
}

/** Reads complete lines of a JSON-lines file; a torn last line is left out, a missing file is empty. */
export function readLines<T>(path: string): Effect.Effect<T[], FileNotFound | FileUnreadable> {
  return Effect.gen(function* () {
    if (!(yield* exists(path))) return [];
    const text = yield* readText(path);
    return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "").map((line) =>
      JSON.parse(line) as T
    );
  });
}

/** Cuts the metrics back to an iteration: what a killed run wrote beyond its checkpoint happens again. */
export function cutMetrics(
  folder: string,
  iteration: number,
): Effect.Effect<void, FileNotFound | FileUnreadable | WriteFailed> {
  return Effect.gen(function* () {
    const path = runFile(folder, "metrics");
    if (!(yield* exists(path))) return;
    const kept = (yield* readLines<MetricLine>(path)).filter((line) => line.iteration <= iteration);
    yield* writeAtomic(path, new TextEncoder().encode(kept.map((line) => JSON.stringify(line) + "\n").join("")));
  });
}

/** Saves a state as `last`, keeping the one before as `previous`. At no moment is there neither. */
export function saveLast(
  folder: string,
  state: TrainingState,
  metadata: Readonly<Record<string, string>>,
): Effect.Effect<void, WriteFailed> {
  return Effect.gen(function* () {
    const bytes = yield* encodeTrainingState(state, metadata);
    const last = runFile(folder, "last");
    if (yield* exists(last)) yield* moveFile(last, runFile(folder, "previous"));
    yield* writeAtomic(last, bytes);
  });
}

/** Saves a state as `best`. */
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

/** A loaded checkpoint, which file it came from, and what was wrong with the files passed over. */
export interface LoadedCheckpoint {
  readonly state: TrainingState;
  readonly path: string;
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

/** JSON as it is written to files: indented, with a final newline. */
export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 2) + "\n");
}

function parseJson<T>(folder: string, text: string): Effect.Effect<T, RunNotUsable> {
  return Effect.try({
    try: () => JSON.parse(text) as T,
    catch: (cause) =>
      new RunNotUsable({
        folder,
        action: "open",
        reason: `${runFiles.config} is not JSON (${cause})`,
        remedy: "restore it from a backup: it is written once and never changed",
      }),
  });
}

export type { Json };
