import { Cause, Context, Effect, Exit } from "effect";

let last = 0;

/**
 * Whether loops give timers and signals a turn. Without, they are synchronous as a whole, and a capture can run them:
 * whoever turns it off sees to the turns himself.
 */
export const TakesTurns: Context.Reference<boolean> = Context.Reference<boolean>("amortize/TakesTurns", {
  defaultValue: () => true,
});

/**
 * Gives timers and signals a turn when they have waited for 20 ms: a turn costs 0.1 ms, a small refinement step
 * hardly more.
 */
export const yieldWhenDue: Effect.Effect<void> = Effect.flatMap(TakesTurns, (takes) => {
  const now = performance.now();
  if (!takes || now - last < 20) return Effect.void;
  last = now;
  return Effect.yieldNow;
});

/** Runs stages as a whole, without turns, as a capture wants them; throws what they fail of. */
export function runAtOnce<A, E>(stages: Effect.Effect<A, E>): A {
  const exit = Effect.runSyncExit(Effect.provideService(stages, TakesTurns, false));
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause);
  return exit.value;
}
