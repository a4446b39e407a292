import { Effect, Result, Schema } from "effect";
import type { FileNotFound } from "../errors/file_not_found.ts";
import type { FileUnreadable } from "../errors/file_unreadable.ts";
import { RunNotUsable } from "../errors/run_not_usable.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import { ensureFolder, exists, readText, sha256Hex, writeAtomic } from "../files/mod.ts";
import type { JsonObject } from "./pipeline.ts";

/** Version of the run folder's layout that is written, and the newest that is read. */
export const runFormat = 1;

/** What config.json holds: the run's identity, written once. */
export interface RunIdentity {
  /** Version of the folder's layout. */
  readonly format: number;
  /** The pipeline's name. */
  readonly pipeline: string;
  /** The module whose default export is the pipeline, as it was named; built-in pipelines have their name. */
  readonly module: string;
  /** The preset that the configuration began with. */
  readonly preset: string;
  /** The method whose settings lay on top of the preset; left out where none was named. */
  readonly method?: string;
  /** Seed of everything random. */
  readonly seed: number;
  /** The whole configuration, resolved. */
  readonly config: JsonObject;
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

/**
 * Reads a run's identity from its config.json. Fails with {@linkcode RunNotUsable} where there is none, where it is no
 * JSON or no identity, or where a newer version of this library wrote it.
 */
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
    const identity = yield* parseIdentity(folder, yield* readText(path));
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

/** JSON as it is written to files: indented, with a final newline. */
export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 2) + "\n");
}

/** What every identity has; others' fields are left to newer formats. */
const Identity = Schema.Struct({
  format: Schema.Int,
  pipeline: Schema.String,
  module: Schema.String,
  preset: Schema.String,
  seed: Schema.Int,
  config: Schema.Record(Schema.String, Schema.Unknown),
});

/** The text as it stands, checked: its hash is the identity's, so that nothing is dropped or put in order. */
function parseIdentity(folder: string, text: string): Effect.Effect<RunIdentity, RunNotUsable> {
  const refused = (reason: string) =>
    new RunNotUsable({
      folder,
      action: "open",
      reason: `${runFiles.config} ${reason}`,
      remedy: "restore it from a backup: it is written once and never changed",
    });
  return Effect.gen(function* () {
    const json = yield* Effect.try({
      try: () => JSON.parse(text) as unknown,
      catch: (cause) => refused(`is not JSON (${cause})`),
    });
    const decoded = Schema.decodeUnknownResult(Identity, { errors: "all" })(json);
    if (Result.isSuccess(decoded)) return json as RunIdentity;
    return yield* refused(`is no run's identity (${decoded.failure.message.replace(/\s*\n\s*/g, " ")})`);
  });
}
