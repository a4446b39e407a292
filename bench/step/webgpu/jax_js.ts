/** The jax-js contender on WebGPU: `jax_js.ts CASE [SPECIFIER]`, one jitted function. It imports nothing of this library. */
import { type JaxModule, jaxSpecifier, jaxStep } from "../_jax_step.ts";
import { readCase } from "../_read_case.ts";
import { tell } from "../_serve.ts";
import { serveGpu } from "./_serve_gpu.ts";
import { watchGpu } from "./_watch_gpu.ts";

const [path, specifier = jaxSpecifier] = Deno.args as [string, string?], watch = watchGpu();
const jax = await import(specifier).catch(() => undefined) as JaxModule | undefined;
if (jax === undefined) tell({ missing: `${specifier} cannot be imported: deno cache ${jaxSpecifier}, or see --help` });
else {
  const opened = await jax.init("webgpu").then(() => jax.defaultDevice("webgpu")).then(() => undefined, String);
  if (opened !== undefined) tell({ missing: `jax-js opens no WebGPU device here: ${opened}` });
  else {
    const run = jaxStep(jax, readCase(path));
    const step = () => {
      const { loss, weight } = run();
      loss.ref.gpuBufferSync();
      weight.ref.gpuBufferSync(); // Adam, too
      return { read: async () => (await loss.data())[0]!, drop: () => loss.dispose() };
    };
    await serveGpu(watch, { description: "jax-js 0.1.25, webgpu, one jitted function", step });
  }
}
Deno.exit(0);
