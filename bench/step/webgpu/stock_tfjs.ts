/** tfjs alone on WebGPU: its own ops, tape, Adam, kernels and settings, on our device, so the same adapter. `stock_tfjs.ts CASE` */
import * as tf from "@tensorflow/tfjs";
import { readCase } from "../_read_case.ts";
import { stockStep } from "../_stock_step.ts";
import { openWebgpu, submitted } from "./_open_webgpu.ts";
import { serveGpu } from "./_serve_gpu.ts";
import { watchGpu } from "./_watch_gpu.ts";

const watch = watchGpu();
await openWebgpu();
tf.env().set("WEBGPU_CPU_FORWARD", true); // as it is in tfjs
const step = stockStep(readCase(Deno.args[0]!));
await serveGpu(watch, {
  description: `tfjs ${tf.version.tfjs}, webgpu, its own kernels`,
  step: () => submitted(step()),
});
Deno.exit(0);
