import { Effect } from "effect";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { loadCheckpoint, type RunIdentity } from "../../lib/training/mod.ts";
import { loadRunEffect } from "../load_run.ts";
import { type CheckpointChoice, checkpointChoices } from "../read_checkpoint.ts";
import type { AnyPipeline } from "./_find_pipeline.ts";
import { sayNotReplayed } from "./_chosen_replay.ts";
import { checkIdentity, type ReplayChoice } from "./_open_run.ts";
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

/**
 * A run to predict with, on the device that is open: the checkpoint named, or else the best one, and where that cannot be
 * read the newest that can, with a warning.
 */
export function loadForPrediction(folder: string, { checkpoint: named, pipeline, replay }: {
  readonly checkpoint: string | undefined;
  readonly pipeline: AnyPipeline;
  readonly replay: ReplayChoice;
}) {
  const options = { pipeline, device: "open", replay, onRefused: sayNotReplayed } as const;
  const load = (checkpoint: CheckpointChoice) => loadRunEffect(folder, { ...options, checkpoint });
  return Effect.gen(function* () {
    const choice = checkpointChoices.find((name) => name === named);
    if (choice !== undefined) return yield* load(choice);
    if (named !== undefined) {
      return yield* new UnknownOption({ kind: "checkpoint", found: named, nearest: checkpointChoices });
    }
    const orNext = (next: CheckpointChoice) => (error: Error) =>
      Effect.tap(load(next), say(`warning: ${error.message}; predicting with ${next}`));
    return yield* load("best").pipe(
      Effect.catchTag(["CheckpointCorrupt", "FileNotFound"], (best) =>
        orNext("last")(best).pipe(
          Effect.catchTag(["CheckpointCorrupt", "FileNotFound"], () => orNext("previous")(best)),
          Effect.catchTag(["CheckpointCorrupt", "FileNotFound"], () => Effect.fail(best)),
        )),
    );
  });
}
