import { Effect } from "effect";

let last = 0;

/**
 * Gives timers and signals a turn when they have waited for 20 ms: a turn costs 0.1 ms, a small refinement step
 * hardly more.
 */
export const yieldWhenDue: Effect.Effect<void> = Effect.suspend(() => {
  const now = performance.now();
  if (now - last < 20) return Effect.void;
  last = now;
  return Effect.yieldNow;
});
