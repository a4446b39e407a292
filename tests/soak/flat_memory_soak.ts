import { registerKernels } from "../../lib/kernels/mod.ts";
import { onEveryBackend } from "../backends.ts";
import { flatMemory, kinds } from "../training/_flat_memory.ts";

for (const kind of kinds) {
  const name = `${kind.regime} ${kind.mask}`;
  onEveryBackend(`trainIteration() holds as much after 1,000 iterations as after 100: ${name}`, async () => {
    await flatMemory(kind, 1000);
  }, { backends: ["cpu", "wasm"], kernels: registerKernels });
}
