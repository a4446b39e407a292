/** Where a replayed step's time goes on the GPU, program by program: `profile.ts CASE [STEPS]`; one JSON line. */
import { registerKernels } from "../../../lib/kernels/mod.ts";
import { readCase } from "../_read_case.ts";
import { tell } from "../_serve.ts";
import { openWebgpu, submitted } from "./_open_webgpu.ts";
import { recordedStep } from "./_recorded_step.ts";
import { timeDispatches } from "./_timed_dispatches.ts";
import { watchGpu } from "./_watch_gpu.ts";

/** What one program took of a step. */
export interface ProgramShare {
  readonly program: string;
  readonly calls: number;
  readonly ms: number;
}

/** What the profile answers, the longest first; milliseconds a step. */
export interface Profile {
  readonly programs: readonly ProgramShare[];
}

if (import.meta.main) {
  const [path, steps = "5"] = Deno.args as [string, string?], watch = watchGpu();
  const times = timeDispatches(watch.device);
  await openWebgpu(registerKernels);
  const { step } = await recordedStep(readCase(path));
  const run = async (): Promise<void> => void await submitted(step()).read();
  for (let i = 0; i < 2; i++) await run();
  await times();
  for (let i = 0; i < Number(steps); i++) await run();
  const programs = [...await times()].map(([program, { calls, ms }]): ProgramShare => ({
    program,
    calls: calls / Number(steps),
    ms: ms / Number(steps),
  })).sort((a, b) => b.ms - a.ms);
  tell({ programs } satisfies Profile);
  Deno.exit(0);
}
