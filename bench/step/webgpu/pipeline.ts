/** The default pipeline's iteration on WebGPU, its loss read each time: `pipeline.ts off|auto`, eager or its loop replayed. */
import { registerKernels } from "../../../lib/kernels/mod.ts";
import { iterations } from "../_iterations.ts";
import { openWebgpu } from "./_open_webgpu.ts";
import { serveGpu } from "./_serve_gpu.ts";
import { watchGpu } from "./_watch_gpu.ts";

const replay = Deno.args[0] as "off" | "auto", watch = watchGpu();
await openWebgpu(registerKernels);
const iteration = await iterations({ blas: "off", device: "webgpu", workers: 1, replay });
const description = `an iteration of the default pipeline, ${replay === "off" ? "eager" : "its loop replayed"}`;
await serveGpu(watch, {
  description,
  step: async () => {
    const loss = await iteration();
    return { read: () => Promise.resolve(loss), drop: () => {} };
  },
});
Deno.exit(0);
