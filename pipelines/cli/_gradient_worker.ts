/** A worker of one training: computes the gradients of its rank's shards until the leader ends the exchange. */
import { Effect } from "effect";
import { endlessPatience, type ExchangeBuffers, exchangeOf } from "../../lib/collective/mod.ts";
import { openBlas } from "../../lib/device/blas.ts";
import { openDevice } from "../../lib/device/mod.ts";
import { registerKernels, useBlas } from "../../lib/kernels/mod.ts";
import { decodeConfig, followTraining, type JsonObject, makeReplay } from "../../lib/training/mod.ts";
import { findPipeline } from "./_find_pipeline.ts";
import { buildWithData, type ReplayChoice } from "./_open_run.ts";

/** What the leader posts to start a worker. */
export interface GradientWorkerStart {
  readonly module: string;
  readonly config: JsonObject;
  readonly seed: number;
  readonly rank: number;
  readonly device: "wasm" | "cpu";
  /** The leader's library, so that all products have the same bits; `off` for none. */
  readonly blas: string;
  /** The folder of data sets, where the pipeline reads any. */
  readonly data: string | undefined;
  readonly replay: ReplayChoice;
  readonly buffers: ExchangeBuffers;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<GradientWorkerStart>) => void;
  postMessage: (message: unknown) => void;
  close: () => void;
};

scope.onmessage = ({ data: start }) => {
  const { rank, seed } = start;
  const life = Effect.scoped(Effect.gen(function* () {
    const { pipeline } = yield* findPipeline(start.module);
    const config = yield* decodeConfig(pipeline, start.config);
    yield* openDevice(start.device, { kernels: registerKernels });
    useBlas(yield* openBlas(start.blas));
    yield* Effect.sync(() => scope.postMessage("ready"));
    const built = yield* buildWithData(pipeline, config, start.data);
    // The leader tells why, where nothing is replayed.
    const replay = start.replay === "off" || start.device === "cpu" ? undefined : yield* makeReplay(() => Effect.void);
    yield* followTraining(built, config, seed, exchangeOf(start.buffers, rank, endlessPatience), replay);
  }));
  Effect.runPromise(life).then(() => scope.close(), (error) => {
    scope.postMessage({ failed: error instanceof Error ? error.message : String(error) });
    scope.close();
  });
};
