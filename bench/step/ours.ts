/** This library's contender: `ours.ts CASE off|auto WORKERS`; two workers take half of the tasks each. */
import { Effect } from "effect";
import { endlessPatience, exchangeBuffers, exchangeOf } from "../../lib/collective/mod.ts";
import { lossAndGradients, optimiser, type Setting, sharedFloats, sharedStep, weightsOf } from "./_bare_step.ts";
import type { FollowerStart } from "./_bare_worker.ts";
import { openWasm, usualBlas } from "./_open_wasm.ts";
import { readCase } from "./_read_case.ts";
import { serve, type Step, tell } from "./_serve.ts";

const [path, blas, workers] = Deno.args as [string, "off" | "auto", string];

if (blas === "auto" && usualBlas() === undefined) {
  tell({ missing: "no usual BLAS is installed: apt-get install libopenblas0-pthread" });
} else {
  const products = await openWasm(blas);
  const threads = workers === "2" ? "2 workers" : "1 worker";
  await serve(`this library on wasm, ${threads}, products: ${products}`, workers === "2" ? await two() : await one());
  Deno.exit(0); // a worker waits for the next round
}

function setting(ranks: number): Setting {
  const c = readCase(path);
  return { blas, case: c, first: 0, count: c.cell.tasks / ranks };
}

async function one(): Promise<Step> {
  const whole = setting(1);
  let weights = weightsOf(whole.case);
  const own = await lossAndGradients(whole), adam = optimiser(whole.case, weights);
  return () => {
    const { loss, gradients } = own(weights);
    weights = adam(gradients, 1);
    return loss;
  };
}

async function two(): Promise<Step> {
  const half = setting(2), buffers = exchangeBuffers(2, sharedFloats(half.case));
  await startFollower({ setting: { ...half, first: half.count }, buffers });
  const step = await sharedStep(half, exchangeOf(buffers, 0, endlessPatience));
  return () => Effect.runPromise(step);
}

function startFollower(start: FollowerStart): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./_bare_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(`Cannot start the second worker: ${event.message}`));
    worker.postMessage(start);
  });
}
