/** The default pipeline's iteration on WebGPU: `pipeline.ts off|auto`, eager, or replayed as a whole. */
import { Effect } from "effect";
import { registerKernels } from "../../../lib/kernels/mod.ts";
import { iterationsToTake } from "../_iterations.ts";
import { openWebgpu } from "./_open_webgpu.ts";
import { type PendingLoss, serveGpu } from "./_serve_gpu.ts";
import { watchGpu } from "./_watch_gpu.ts";

const replay = Deno.args[0] as "off" | "auto", watch = watchGpu(), waited = watchMaps();
await openWebgpu(registerKernels);
const take = await iterationsToTake({ blas: "off", device: "webgpu", workers: 1, replay });
const description = `an iteration of the default pipeline, ${replay === "off" ? "eager" : "replayed as a whole"}`;
await serveGpu(watch, { description, step });
Deno.exit(0);

/** One iteration; its tasks were drawn on another thread while the last one ran. */
async function step(): Promise<PendingLoss> {
  const begun = performance.now(), before = waited();
  const report = await Effect.runPromise(take);
  const host = performance.now() - begun - (waited() - before);
  return { host, read: async () => (await Effect.runPromise(report)).loss, drop: () => {} };
}

/** Milliseconds in which `mapAsync` has not returned: llvmpipe works off its queue there, other drivers do not wait. */
function watchMaps(): () => number {
  const { mapAsync } = GPUBuffer.prototype;
  let waited = 0;
  GPUBuffer.prototype.mapAsync = function (...args) {
    const begun = performance.now();
    try {
      return mapAsync.apply(this, args);
    } finally {
      waited += performance.now() - begun;
    }
  };
  return () => waited;
}
