/**
 * The default pipeline's contender: `default_pipeline.ts off|auto|stock WORKERS [REPLAY]`, replayed unless the last is
 * `off`. `stock` runs the same iteration by the ops' definitions, with tfjs's own wasm kernels.
 */
import { Effect, Scope } from "effect";
import { openDevice } from "../../lib/device/mod.ts";
import { iterations } from "./_iterations.ts";
import { openWasm, usualBlas } from "./_open_wasm.ts";
import { serve, tell } from "./_serve.ts";

const [kernels, workers, replay = "auto"] = Deno.args as [string, string, ("auto" | "off")?];

if (kernels === "auto" && usualBlas() === undefined) {
  tell({ missing: "no usual BLAS is installed: apt-get install libopenblas0-pthread" });
} else {
  const stock = kernels === "stock";
  const products = stock ? await openStock() : await openWasm(kernels);
  const setting = { blas: stock ? "off" : kernels, workers: Number(workers) };
  const step = await iterations({ ...setting, replay: stock ? "off" : replay });
  await serve(`this library on wasm, workers: ${workers}, products: ${products}`, step);
  Deno.exit(0); // a worker waits for the next round
}

async function openStock(): Promise<string> {
  await Effect.runPromise(Effect.provideService(openDevice("wasm"), Scope.Scope, Scope.makeUnsafe()));
  return "tfjs's own kernels";
}
