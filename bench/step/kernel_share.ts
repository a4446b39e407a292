/**
 * How much of a step is spent outside kernels: `kernel_share.ts default|CASE off|auto [STEPS] [eager]` prints one line of JSON.
 * Time in kernels and wall time are of the same steps; the time with nothing wrapped is told beside them.
 */
import * as tf from "@tensorflow/tfjs";
import { lossAndGradients, optimiser, weightsOf } from "./_bare_step.ts";
import { iterations } from "./_iterations.ts";
import { openWasm } from "./_open_wasm.ts";
import { readCase } from "./_read_case.ts";
import { type Step, tell } from "./_serve.ts";

/** What a run of this program tells. */
export interface KernelShare {
  readonly products: string;
  /** Milliseconds of a step: with nothing timed, with all kernels timed, and within kernels. */
  readonly plain: number;
  readonly timed: number;
  readonly inKernels: number;
  readonly calls: number;
  /** The kernels that take longest, milliseconds and calls a step. */
  readonly kernels: readonly { readonly name: string; readonly milliseconds: number; readonly calls: number }[];
}

if (import.meta.main) {
  const [what, blas, steps = "30", eager] = Deno.args as [string, string, string?, string?];
  const replay = eager === undefined ? "auto" : "off";
  const products = await openWasm(blas);
  const step = what === "default" ? await iterations({ blas, workers: 1, replay }) : await bareStep(what, blas);
  tell({ products, ...await measure(step, Number(steps)) } satisfies KernelShare);
}

async function bareStep(path: string, blas: string): Promise<Step> {
  const c = readCase(path);
  let weights = weightsOf(c);
  const own = await lossAndGradients({ blas, case: c, first: 0, count: c.cell.tasks }), adam = optimiser(c, weights);
  return () => {
    const { loss, gradients } = own(weights);
    weights = adam(gradients, 1);
    return loss;
  };
}

async function measure(step: Step, steps: number): Promise<Omit<KernelShare, "products">> {
  const run = async (): Promise<number> => {
    const milliseconds: number[] = [];
    for (let i = 0; i < steps; i++) {
      const started = performance.now();
      await step();
      milliseconds.push(performance.now() - started);
    }
    return median(milliseconds);
  };
  await run(); // warm-up
  const plain = await run();
  const spent = timeKernels();
  await run(); // the wrappers warm up
  spent.clear();
  // Sums, not medians: kernels' and wall time are of the same steps.
  const started = performance.now();
  await run();
  const timed = (performance.now() - started) / steps;
  const kernels = [...spent].map(([name, [ms, calls]]) => ({ name, milliseconds: ms / steps, calls: calls / steps }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
  const inKernels = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const calls = kernels.reduce((sum, { calls }) => sum + calls, 0);
  return { plain, timed, inKernels, calls, kernels: kernels.slice(0, 12) };
}

/** Times every kernel of the backend from now on; a kernel that another one calls is counted with that. */
function timeKernels(): Map<string, [milliseconds: number, calls: number]> {
  const spent = new Map<string, [number, number]>();
  let depth = 0;
  for (const kernel of tf.getKernelsForBackend("wasm")) {
    const inner = kernel.kernelFunc;
    kernel.kernelFunc = (call) => {
      if (depth > 0) return inner(call);
      depth = 1;
      const started = performance.now();
      try {
        return inner(call);
      } finally {
        const entry = spent.get(kernel.kernelName) ?? [0, 0];
        entry[0] += performance.now() - started;
        entry[1] += 1;
        spent.set(kernel.kernelName, entry);
        depth = 0;
      }
    };
  }
  return spent;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
