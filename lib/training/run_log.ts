import { Effect } from "effect";
import type { FileNotFound } from "../errors/file_not_found.ts";
import type { FileUnreadable } from "../errors/file_unreadable.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import { appendLine, exists, readText, writeAtomic } from "../files/mod.ts";
import type { JsonObject } from "./pipeline.ts";
import { runFile } from "./run_folder.ts";

/** A line of metrics.jsonl. Only the last two fields may differ between equal runs. */
export interface MetricLine {
  /** Optimiser steps done. */
  readonly iteration: number;
  /** Mean over steps and prefixes, of this iteration alone. */
  readonly loss: number;
  /** Mean over prefixes after each refinement step, of this iteration alone. */
  readonly lossPerStep: readonly number[];
  /** Adam's rate at this iteration. */
  readonly learningRate: number;
  /** Norm of the gradient over all weights, before clipping. */
  readonly gradientNorm: number;
  /** Error after step K on the validation tasks, when measured. */
  readonly validation?: number;
  /** Tasks per second since the line before. */
  readonly tasksPerSecond: number;
  /** Seconds spent training, over all sessions. */
  readonly elapsedSeconds: number;
}

/** Appends a line to sessions.jsonl about this start of the program: versions, device, workers, where it goes on. */
export function appendSession(
  folder: string,
  session: JsonObject,
): Effect.Effect<void, FileNotFound | FileUnreadable | WriteFailed> {
  return Effect.gen(function* () {
    const path = runFile(folder, "sessions");
    const earlier = yield* readLines<JsonObject>(path); // without a torn last line, which the new one would join
    const text = [...earlier, session].map((line) => JSON.stringify(line) + "\n").join("");
    yield* writeAtomic(path, new TextEncoder().encode(text));
  });
}

/** Appends a line to metrics.jsonl; a crash can tear the last line only, which {@linkcode readLines} leaves out. */
export function appendMetrics(folder: string, line: MetricLine): Effect.Effect<void, WriteFailed> {
  return appendLine(runFile(folder, "metrics"), JSON.stringify(line));
}

/** Reads the lines of a JSON-lines file; a line that was torn is left out, a missing file is empty. */
export function readLines<T>(path: string): Effect.Effect<T[], FileNotFound | FileUnreadable> {
  return Effect.gen(function* () {
    if (!(yield* exists(path))) return [];
    return (yield* readText(path)).split("\n").flatMap((line) => parseLine<T>(line));
  });
}

function parseLine<T>(line: string): T[] {
  try {
    return [JSON.parse(line) as T];
  } catch {
    return [];
  }
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
