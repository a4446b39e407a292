import { program } from "../_contenders.ts";

/** Who takes part on WebGPU. */
export interface GpuContender {
  readonly id: string;
  readonly title: string;
  /** The command for a case file of the bare step; left out, it is one of the default pipeline's iteration. */
  readonly bare?: (path: string) => readonly string[];
  readonly pipeline?: () => readonly string[];
}

/** What is not found by itself. */
export interface Places {
  /** What jax-js is imported from, if not from Deno's cache. */
  readonly jax: string | undefined;
  /** A Python whose torch is to be measured. */
  readonly python: string;
}

/** Everybody, peers last. */
export function gpuContenders({ jax, python }: Places): readonly GpuContender[] {
  const ours = (mode: string) => (path: string) => run("webgpu/ours.ts", path, mode);
  const torch = (mode: string) => (path: string) => [python, program("pytorch_cuda_step.py"), path, mode];
  return [
    {
      id: "replayed",
      title: "ours, replayed",
      bare: ours("replayed"),
      pipeline: () => run("webgpu/pipeline.ts", "auto"),
    },
    { id: "eager", title: "ours, eager", bare: ours("eager"), pipeline: () => run("webgpu/pipeline.ts", "off") },
    { id: "tfjs", title: "stock tfjs", bare: (path) => run("webgpu/stock_tfjs.ts", path) },
    { id: "jax-js", title: "jax-js", bare: (path) => jaxJs(path, ...jax === undefined ? [] : [jax]) },
    { id: "torch", title: "PyTorch, CUDA, eager", bare: torch("eager") },
    { id: "torch-graph", title: "PyTorch, CUDA graph", bare: torch("graph") },
  ];
}

/** Runs a program of the bench with this process's configuration; nothing is fetched. */
function run(name: string, ...args: readonly string[]): readonly string[] {
  return [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", program(name), ...args];
}

/** jax-js is no dependency of this project. */
function jaxJs(...args: readonly string[]): readonly string[] {
  const alone = ["--no-config", "--no-lock", "--node-modules-dir=none", "--no-check", "--cached-only"];
  return [Deno.execPath(), "run", "-A", ...alone, program("webgpu/jax_js.ts"), ...args];
}

/** The first Python here that has torch and a CUDA GPU. */
export async function findPython(asked: string | undefined): Promise<string> {
  const candidates = asked === undefined ? ["python3", "/usr/bin/python3", "python"] : [asked];
  for (const python of candidates) {
    const args = ["-c", "import torch, sys; sys.exit(0 if torch.cuda.is_available() else 1)"];
    try {
      const { success } = await new Deno.Command(python, { args, stdout: "null", stderr: "null" }).output();
      if (success) return python;
    } catch { /* there is none of that name */ }
  }
  return candidates[0]!;
}
