import { Effect } from "effect";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { loadCheckpoint, type RunIdentity } from "../../lib/training/mod.ts";
import { checkIdentity } from "./_open_run.ts";
import { say } from "./_terminal.ts";

/** A run's trained state, of the best validation or the last, else the newest good one; `action` is for its failure. */
export function loadTrained(folder: string, identity: RunIdentity, checkpoint: "best" | "last", action: string) {
  return Effect.gen(function* () {
    const loaded = yield* loadCheckpoint(
      folder,
      checkpoint === "last" ? ["last", "previous"] : ["best", "last", "previous"],
    );
    if (loaded === undefined) {
      return yield* new RunNotUsable({
        folder,
        action,
        reason: "it has no checkpoint yet",
        remedy: "train it first, or go on with --resume",
      });
    }
    yield* checkIdentity(folder, identity, loaded.state);
    for (const corrupt of loaded.passedOver) yield* say(`warning: ${corrupt.message}`);
    return loaded.state;
  });
}
