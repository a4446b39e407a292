import { Effect } from "effect";
import type { HeapWorkerStart } from "./_heap_worker.ts";
import { say } from "./_terminal.ts";

/** How large wasm's memory becomes for one way through some observations, in a fresh worker; `undefined` where it failed. */
export function heapBytes(start: HeapWorkerStart): Effect.Effect<number | undefined> {
  const measured = Effect.callback<{ readonly bytes: number } | { readonly failed: string }>((resume) => {
    const worker = new Worker(new URL("./_heap_worker.ts", import.meta.url), { type: "module" });
    worker.onerror = (event) => {
      event.preventDefault();
      resume(Effect.succeed({ failed: event.message }));
    };
    worker.onmessage = ({ data }) => resume(Effect.succeed(data));
    worker.postMessage(start);
    return Effect.sync(() => worker.terminate());
  });
  return Effect.flatMap(
    measured,
    (told) =>
      "bytes" in told
        ? Effect.succeed(told.bytes)
        : Effect.as(say(`warning: wasm's memory was not measured: ${told.failed}`), undefined),
  );
}
