import { type Effect, Runtime } from "effect";

/**
 * Runs a program as the process: the first Ctrl-C (or SIGTERM) interrupts it, so that finalizers save; a second one
 * ends the process at once. Exit codes: 0 fine, 1 failed, 2 wrong use, 130 interrupted.
 */
export const runMain: (program: Effect.Effect<unknown, unknown>) => void = Runtime.makeRunMain(
  ({ fiber, teardown }) => {
    let hits = 0;
    const signals: Deno.Signal[] = ["SIGINT", Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM"];
    const onSignal = (): void => {
      if (++hits > 1) Deno.exit(130);
      fiber.interruptUnsafe();
    };
    for (const signal of signals) Deno.addSignalListener(signal, onSignal);
    fiber.addObserver((exit) => {
      for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
      // A command that has told its error set the process's exit code already.
      teardown(exit, (code) => Deno.exit(code === 0 ? Deno.exitCode : code));
    });
  },
);
