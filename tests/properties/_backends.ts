import { registerKernels } from "../../lib/kernels/mod.ts";
import { onEveryBackend } from "../backends.ts";

/** Registers a test on cpu and, with our kernels, on wasm; `run` is told how many random cases it can afford there. */
export function onHosts(title: string, run: (numRuns: number) => void, cases = 100): void {
  const runs = { cpu: cases, wasm: cases / 4, webgpu: 0 };
  onEveryBackend(title, ({ name }) => run(runs[name]), { backends: ["cpu", "wasm"], kernels: registerKernels });
}

/** Registers a test on cpu, the quickest at these sizes. */
export function onCpu(title: string, run: () => void): void {
  onEveryBackend(title, run, { backends: ["cpu"] });
}
