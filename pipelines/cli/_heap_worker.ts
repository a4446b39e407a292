/** Measures how large wasm's memory becomes for one way through some observations: it never shrinks, so it has a thread of its own. */
import { Effect } from "effect";
import { openBlas } from "../../lib/device/blas.ts";
import { backendBytes, openDevice } from "../../lib/device/mod.ts";
import { measureRuntime } from "../../lib/evaluation/mod.ts";
import { registerKernels, useBlas } from "../../lib/kernels/mod.ts";
import { loadTrained } from "./_load_trained.ts";
import { openRun } from "./_open_run.ts";

/** What the worker is posted. */
export interface HeapWorkerStart {
  /** The run's folder. */
  readonly folder: string;
  /** The leader's library; `off` for none. */
  readonly blas: string;
  /** The folder of data sets, where the pipeline reads any. */
  readonly data: string | undefined;
  readonly tasks: number;
  readonly queries: number;
  /** Observations of a mini-batch, and mini-batches: one of all observations, or several. */
  readonly observations: number;
  readonly miniBatches: number;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<HeapWorkerStart>) => void;
  postMessage: (message: { readonly bytes: number } | { readonly failed: string }) => void;
  close: () => void;
};

scope.onmessage = ({ data: start }) => {
  const { folder, tasks, queries, observations, miniBatches } = start;
  const life = Effect.scoped(Effect.gen(function* () {
    yield* openDevice("wasm", { kernels: registerKernels });
    useBlas(yield* openBlas(start.blas));
    const { identity, built } = yield* openRun(folder, start.data);
    const { weights } = yield* loadTrained(folder, identity, "best", "measure");
    const sizes = { seed: identity.seed, tasks, queries, observations, miniBatches: [miniBatches], repeats: 1 };
    yield* measureRuntime({ built, weights, ...sizes, together: 0 });
    return backendBytes();
  }));
  Effect.runPromise(life).then((bytes) => scope.postMessage({ bytes }), (error) => {
    scope.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }).finally(() => scope.close());
};
