/** This library's contender: `ours.ts CASE off|auto WORKERS`; two workers take half of the tasks each. */
import * as tf from "@tensorflow/tfjs";
import { exchangeBuffers, leader } from "../../lib/collective/mod.ts";
import { pack, packingOf, unpack } from "../../lib/training/packed.ts";
import { type LossAndGradients, lossAndGradients, optimiser, type Setting, weightsOf } from "./_bare_step.ts";
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
  await serve(`this library on wasm, ${threads}, products: ${products}`, workers === "2" ? await two() : one());
  Deno.exit(0); // a worker waits for the next round
}

function setting(ranks: number): Setting {
  const c = readCase(path);
  return { blas, case: c, first: 0, count: c.cell.tasks / ranks };
}

function one(): Step {
  const whole = setting(1);
  let weights = weightsOf(whole.case);
  const own = lossAndGradients(whole), adam = optimiser(whole.case, weights);
  return () => {
    const { loss, gradients } = own(weights);
    weights = adam(gradients, 1);
    return loss;
  };
}

async function two(): Promise<Step> {
  const half = setting(2);
  let weights = weightsOf(half.case);
  const packing = packingOf(weights);
  const buffers = exchangeBuffers(1, packing.size, packing.size + 1);
  const exchange = leader(buffers), up = exchange.up[0]!;
  await startFollower({ setting: { ...half, first: half.count }, buffers });
  const own = lossAndGradients(half), adam = optimiser(half.case, weights);
  return () => {
    pack(packing, weights, exchange.down);
    const round = exchange.start();
    const here = own(weights);
    while (!exchange.arrived(0, round, 20));
    const sum = add(here, { loss: up[packing.size]!, gradients: unpack(packing, up) });
    weights = adam(sum.gradients, 0.5);
    return sum.loss / 2;
  };
}

function add(a: LossAndGradients, b: LossAndGradients): LossAndGradients {
  const gradients = Object.fromEntries(
    Object.entries(a.gradients).map(([name, gradient]) => [name, gradient.add(b.gradients[name]!)]),
  );
  tf.dispose([a.gradients as tf.NamedTensorMap, b.gradients as tf.NamedTensorMap]);
  return { loss: a.loss + b.loss, gradients };
}

function startFollower(start: FollowerStart): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./_bare_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(`Cannot start the second worker: ${event.message}`));
    worker.postMessage(start);
  });
}
