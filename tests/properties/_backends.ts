import { onEveryBackend } from "../backends.ts";

/** Registers a test on cpu and on wasm, with how many random cases it can afford there. */
export function onHosts(title: string, run: (numRuns: number) => void, cases = 120): void {
  const share = { cpu: 1, wasm: 0.2, webgpu: 0 };
  onEveryBackend(title, ({ name }) => run(Math.round(cases * share[name])), { backends: ["cpu", "wasm"] });
}

/** Registers a test on cpu, the quickest at these sizes. */
export function onCpu(title: string, run: () => void): void {
  onEveryBackend(title, run, { backends: ["cpu"] });
}
