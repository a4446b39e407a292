import { cleanEnvironment } from "./_process.ts";
import type { KernelShare } from "./kernel_share.ts";
import { outside, type Share } from "./_must_hold.ts";
import { mark } from "./_serve.ts";
import { markdown } from "./_table.ts";
import { median } from "./_measure.ts";

/** Repetitions, with and without a BLAS in turn. */
const repetitions = 3;

/** Runs the program that measures the share outside kernels, each time in a new process. */
export async function measureShares(
  command: (blas: "off" | "auto") => readonly string[],
  progress: (text: string) => void,
): Promise<Share[]> {
  const runs = { auto: [] as KernelShare[], off: [] as KernelShare[] };
  for (let i = 0; i < repetitions; i++) {
    for (const blas of ["auto", "off"] as const) {
      const share = await run(command(blas));
      if (share === undefined) progress("  the share outside kernels could not be measured");
      else if (blas === "off" || !share.products.startsWith("own")) runs[blas].push(share);
    }
    progress(`  share outside kernels, ${i + 1} of ${repetitions}`);
  }
  return (["auto", "off"] as const).map((blas) => ({ blas, runs: runs[blas] })).filter(({ runs }) => runs.length > 0);
}

async function run([program, ...args]: readonly string[]): Promise<KernelShare | undefined> {
  const signal = AbortSignal.timeout(120_000);
  const { stdout } = await new Deno.Command(program!, { args, clearEnv: true, env: cleanEnvironment(), signal })
    .output();
  const line = new TextDecoder().decode(stdout).split("\n").find((text) => text.startsWith(mark));
  return line === undefined ? undefined : JSON.parse(line.slice(mark.length));
}

/** Where an iteration's time goes. */
export function sharesTable(shares: readonly Share[]): string {
  const rows = shares.map((share) => {
    const of = (key: "plain" | "timed" | "inKernels" | "calls"): number => median(share.runs.map((run) => run[key]));
    const top = share.runs[0]!.kernels.slice(0, 5).map(({ name, milliseconds }) =>
      `${name} ${milliseconds.toFixed(1)}`
    );
    return [
      share.blas === "auto" ? "BLAS" : "wasm",
      of("plain").toFixed(1),
      of("timed").toFixed(1),
      of("inKernels").toFixed(1),
      of("calls").toFixed(0),
      `${(100 * outside(share)).toFixed(0)} %`,
      top.join(", "),
    ];
  });
  return markdown(
    ["default pipeline, 1 worker", "ms", "ms, kernels timed", "in kernels", "calls", "outside", "most, ms"],
    rows,
  );
}
