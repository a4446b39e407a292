/** A worker that draws the tasks of one training ahead of need, until it is ended. */
import { Effect, Scope } from "effect";
import { openBlas } from "../../lib/device/blas.ts";
import { openDevice } from "../../lib/device/mod.ts";
import { registerKernels, useBlas } from "../../lib/kernels/mod.ts";
import type { SampleRequest } from "../../lib/stages/mod.ts";
import { decodeConfig, type JsonObject, packSample, trainingSizes } from "../../lib/training/mod.ts";
import { findPipeline } from "./_find_pipeline.ts";
import { buildWithData } from "./_open_run.ts";

/** What starts the worker. */
export interface SamplingWorkerStart {
  readonly module: string;
  readonly config: JsonObject;
  /** What draws are computed on: the trainer's own device and library, for the same bits, or wasm in a GPU's stead. */
  readonly device: "wasm" | "cpu";
  readonly blas: string;
  /** The folder of data sets, where the pipeline reads any. */
  readonly data: string | undefined;
}

/** A draw that is asked for. */
export interface SamplingWorkerAsk {
  readonly id: number;
  readonly request: SampleRequest;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<SamplingWorkerStart | SamplingWorkerAsk>) => void;
  postMessage: (message: unknown, transfer: readonly ArrayBuffer[]) => void;
};

/** Opened by the first message; later ones wait for it. */
let opened: Promise<(request: SampleRequest) => ReturnType<typeof packSample>> | undefined;

scope.onmessage = ({ data }) => {
  if ("module" in data) opened = open(data);
  else {
    opened!.then((draw) => draw(data.request)).then(
      ({ sample, buffers }) => scope.postMessage({ id: data.id, sample }, buffers),
      (error) => scope.postMessage({ id: data.id, failed: String(error) }, []),
    );
  }
};

function open(start: SamplingWorkerStart) {
  return Effect.runPromise(Effect.gen(function* () {
    const { pipeline } = yield* findPipeline(start.module);
    const config = yield* decodeConfig(pipeline, start.config);
    yield* Scope.provide(openDevice(start.device, { kernels: registerKernels }), yield* Scope.make()); // for life
    useBlas(yield* openBlas(start.blas));
    const built = yield* buildWithData(pipeline, config, start.data);
    const draw = built.stages.taskSampling(trainingSizes(config));
    return (request: SampleRequest) => packSample(Effect.runSync(draw(request)));
  }));
}
