/** The contender that is tfjs alone: its own ops, tape, Adam and wasm kernels. `stock_tfjs.ts CASE` */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { readCase } from "./_read_case.ts";
import { serve } from "./_serve.ts";
import { stockStep } from "./_stock_step.ts";

tf.enableProdMode();
await tf.setBackend("wasm");
const step = stockStep(readCase(Deno.args[0]!));

await serve(`tfjs ${tf.version.tfjs}, wasm, one thread, its own kernels`, () => {
  const value = step(), answer = value.dataSync()[0]!;
  value.dispose();
  return answer;
});
