import { Effect } from "effect";
import { type ErrorsPerStep, joinErrors, sliceTasks, type TaskBatch } from "./task_batch.ts";

/** Tasks that run in one go, before others get a turn. */
const tasksAtOnce = 16;

/** Runs a method on some tasks after others, of which it is told the first's number; the seconds are its own. */
export function timed(
  batch: TaskBatch,
  run: (some: TaskBatch, first: number) => ErrorsPerStep,
  { tasksAtOnce: count }: { readonly tasksAtOnce: number } = { tasksAtOnce },
): Effect.Effect<{ readonly errors: ErrorsPerStep; readonly secondsPerTask: number }> {
  return Effect.gen(function* () {
    const parts: ErrorsPerStep[] = [];
    let ms = 0;
    for (let first = 0; first < batch.tasks; first += count) {
      yield* Effect.yieldNow;
      const start = performance.now();
      parts.push(run(sliceTasks(batch, first, count), first));
      ms += performance.now() - start;
    }
    return { errors: joinErrors(parts), secondsPerTask: ms / 1000 / batch.tasks };
  });
}
