import { Effect, Option } from "effect";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { exists, listFolder } from "../../lib/files/mod.ts";
import { readIdentity, readLines, runFile, type RunIdentity } from "../../lib/training/mod.ts";

/** The first of `base`, `base-2`, `base-3`, … that holds no run yet. */
export function nextRunName(base: string) {
  return Effect.gen(function* () {
    for (let i = 1;; i++) {
      const folder = i === 1 ? base : `${base}-${i}`;
      if (!(yield* exists(runFile(folder, "config")))) return folder;
    }
  });
}

/** A run folder with what its identity says. */
type FoundRun = Pick<RunIdentity, "pipeline" | "preset" | "method" | "seed"> & {
  readonly folder: string;
  readonly startedAt: string;
};

/** Folders under `runs/` that hold a readable run, with their identities, the one started last at the end. */
export function runsHere() {
  return Effect.gen(function* () {
    if (!(yield* exists("runs"))) return [];
    const runs: FoundRun[] = [];
    for (const name of yield* listFolder("runs")) {
      const folder = `runs/${name}`;
      if (!(yield* exists(runFile(folder, "config")))) continue;
      const identity = yield* Effect.option(readIdentity(folder));
      if (Option.isNone(identity)) continue; // train, eval and report say what is wrong with it, when it is named
      const { pipeline, preset, method, seed } = identity.value;
      const [session] = (yield* readLines<{ readonly startedAt?: string }>(runFile(folder, "sessions"))).slice(-1);
      const named = method === undefined ? {} : { method };
      runs.push({ folder, pipeline, preset, ...named, seed, startedAt: session?.startedAt ?? "" });
    }
    return runs.sort((a, b) => a.startedAt < b.startedAt ? -1 : 1);
  });
}

/** The run started last, of one pipeline or (for eval and report) of any. */
export function latestRunOf(pipeline?: string) {
  return Effect.gen(function* () {
    const found = (yield* runsHere()).filter((run) => pipeline === undefined || run.pipeline === pipeline).at(-1);
    if (found !== undefined) return found.folder;
    return yield* new RunNotUsable({
      folder: "under runs/",
      action: "find a",
      reason: pipeline === undefined ? "there is none" : `there is none of ${pipeline}`,
      remedy: "name it, or start one by deno task train",
    });
  });
}
