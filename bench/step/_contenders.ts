/** Who takes part. */
export interface Contender {
  readonly id: string;
  readonly title: string;
  /** The command for a cell of the bare step, given the path of its case file. */
  readonly bare?: (path: string) => readonly string[];
  /** The command for the default pipeline's iteration. */
  readonly pipeline?: () => readonly string[];
}

/** The path of a program beside this file. */
export function program(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/** Runs a program of this folder with this project's configuration. */
export function deno(name: string, ...args: readonly string[]): readonly string[] {
  return [Deno.execPath(), "run", "-A", "--cached-only", program(name), ...args];
}

/** Runs the jax-js contender from Deno's cache, outside this project's dependencies. */
function jaxJs(path: string, mode: string): readonly string[] {
  const alone = ["--no-config", "--no-lock", "--node-modules-dir=none", "--cached-only"];
  return [Deno.execPath(), "run", "-A", ...alone, program("jax_js.ts"), path, mode];
}

function ours(id: string, title: string, blas: "off" | "auto", workers: 1 | 2): Contender {
  return {
    id,
    title,
    bare: (path) => deno("ours.ts", path, blas, String(workers)),
    pipeline: () => deno("default_pipeline.ts", blas, String(workers)),
  };
}

/** The default pipeline with its iterations run, not replayed. */
function eager(id: string, title: string, blas: "off" | "auto"): Contender {
  return { id, title, pipeline: () => deno("default_pipeline.ts", blas, "1", "off") };
}

/** Debian's Python, whose PyTorch is the one that is compared with. */
const python = "/usr/bin/python3";

/** All contenders; ratios are of the first four to the others. */
export const contenders: readonly Contender[] = [
  ours("wasm", "ours, wasm, 1 worker", "off", 1),
  ours("wasm-2", "ours, wasm, 2 workers", "off", 2),
  ours("blas", "ours, BLAS, 1 worker", "auto", 1),
  ours("blas-2", "ours, BLAS, 2 workers", "auto", 2),
  eager("wasm-eager", "ours, wasm, not replayed", "off"),
  eager("blas-eager", "ours, BLAS, not replayed", "auto"),
  {
    id: "tfjs",
    title: "stock tfjs, wasm",
    bare: (path) => deno("stock_tfjs.ts", path),
    pipeline: () => deno("default_pipeline.ts", "stock", "1"),
  },
  { id: "jax-js", title: "jax-js, wasm, 1 thread", bare: (path) => jaxJs(path, "sync") },
  { id: "jax-js-pool", title: "jax-js, wasm, its workers", bare: (path) => jaxJs(path, "async") },
  { id: "pytorch", title: "PyTorch, 1 thread", bare: (path) => [python, program("pytorch_step.py"), path, "1"] },
  { id: "pytorch-2", title: "PyTorch, 2 threads", bare: (path) => [python, program("pytorch_step.py"), path, "2"] },
];

/** The ids of this library's contenders. */
export const own: readonly string[] = ["wasm", "wasm-2", "blas", "blas-2"];
