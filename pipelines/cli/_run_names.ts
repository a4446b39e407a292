import { Effect } from "effect";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { exists, listFolder } from "../../lib/files/mod.ts";
import { readIdentity, runFile } from "../../lib/training/mod.ts";

/** The first of `base`, `base-2`, `base-3`, … that holds no run yet. */
export function nextRunName(base: string) {
  return Effect.gen(function* () {
    for (let i = 1;; i++) {
      const folder = i === 1 ? base : `${base}-${i}`;
      if (!(yield* exists(runFile(folder, "config")))) return folder;
    }
  });
}

/** Folders under `runs/` that hold a run, with their identities, in the order of their names. */
export function runsHere() {
  return Effect.gen(function* () {
    if (!(yield* exists("runs"))) return [];
    const runs: { folder: string; pipeline: string; preset: string; seed: number }[] = [];
    for (const name of yield* listFolder("runs")) {
      const folder = `runs/${name}`;
      if (!(yield* exists(runFile(folder, "config")))) continue;
      const { pipeline, preset, seed } = yield* readIdentity(folder);
      runs.push({ folder, pipeline, preset, seed });
    }
    const order = new Intl.Collator("en", { numeric: true });
    return runs.sort((a, b) => order.compare(a.folder, b.folder));
  });
}

/** The newest-named run of a pipeline. */
export function latestRunOf(pipeline: string) {
  return Effect.gen(function* () {
    const found = (yield* runsHere()).filter((run) => run.pipeline === pipeline).at(-1);
    if (found !== undefined) return found.folder;
    return yield* new RunNotUsable({
      folder: `runs/${pipeline}-…`,
      action: "resume",
      reason: `there is no run of ${pipeline} under runs/`,
      remedy: "name it with --run, or start one",
    });
  });
}
