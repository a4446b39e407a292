/**
 * The jax-js contender: `jax_js.ts CASE sync|async`, one jitted function for forward, backward and Adam. `sync` runs on
 * this thread, `async` on jax-js's own workers. It imports nothing of this library.
 */
import { type JaxModule, jaxSpecifier, jaxStep } from "./_jax_step.ts";
import { readCase } from "./_read_case.ts";
import { serve, tell } from "./_serve.ts";

const [path, mode] = Deno.args as [string, "sync" | "async"];
const jax = await import(jaxSpecifier).catch(() => undefined) as JaxModule | undefined;
if (jax === undefined) tell({ missing: `${jaxSpecifier} is not in Deno's cache: deno cache ${jaxSpecifier}` });
else {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const where = mode === "sync" ? "one thread" : `its ${navigator.hardwareConcurrency} workers`;
  const step = jaxStep(jax, readCase(path));
  await serve(`jax-js 0.1.25, wasm, ${where}`, () => {
    const { loss } = step();
    return mode === "sync" ? loss.dataSync()[0]! : loss.data().then((data) => data[0]!);
  });
  Deno.exit(0); // its workers would keep the process
}
