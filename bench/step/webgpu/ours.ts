/** This library on WebGPU: `ours.ts CASE eager|replayed` */
import { registerKernels } from "../../../lib/kernels/mod.ts";
import { optimiser, valueAndGradients, weightsOf } from "../_bare_step.ts";
import { readCase } from "../_read_case.ts";
import { openWebgpu, submitted } from "./_open_webgpu.ts";
import { recordedStep } from "./_recorded_step.ts";
import { serveGpu } from "./_serve_gpu.ts";
import { watchGpu } from "./_watch_gpu.ts";

const [path, mode] = Deno.args as [string, "eager" | "replayed"], c = readCase(path), watch = watchGpu();
await openWebgpu(registerKernels);
if (mode === "replayed") {
  const { step, memory } = await recordedStep(c);
  const description = "this library on webgpu, the whole step recorded and replayed";
  await serveGpu(watch, { description, step: () => submitted(step()), memory });
} else {
  let weights = weightsOf(c);
  const own = valueAndGradients({ case: c, first: 0, count: c.cell.tasks }), adam = optimiser(c, weights);
  const step = () => {
    const { value, gradients } = own(weights);
    weights = adam(gradients, 1);
    return submitted(value);
  };
  await serveGpu(watch, { description: "this library on webgpu, its kernels, eager", step });
}
Deno.exit(0);
