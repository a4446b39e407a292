import { Effect, type Scope } from "effect";
import { type InferenceReplay, makeInferenceReplay, type RecordingLimits } from "../../lib/training/mod.ts";
import type { ReplayChoice } from "./_open_run.ts";
import { say } from "./_terminal.ts";

/** Says why forward passes are not replayed. */
export function sayNotReplayed({ message }: Error): Effect.Effect<void> {
  return say(`forward passes are not replayed: ${message}`);
}

/** The replay of forward passes that `--replay` asks for, freed with the scope; undefined where it is off. */
export function chosenReplay(
  choice: ReplayChoice,
  limits?: Partial<RecordingLimits>,
): Effect.Effect<InferenceReplay | undefined, never, Scope.Scope> {
  return choice === "off" ? Effect.succeed(undefined) : makeInferenceReplay(sayNotReplayed, limits);
}
