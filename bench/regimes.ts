/**
 * Trains every regime under both masks on the default linear regression, one after another, for so many seconds each,
 * and prints a Markdown table: `deno task bench:regimes --seconds 130`. Iterations are set beforehand from a short
 * measurement, since the learning rate's schedule needs them.
 */
import { parseArgs } from "@std/cli/parse-args";
import type { Evaluation } from "../lib/evaluation/mod.ts";

const { seconds, out } = parseArgs(Deno.args, {
  string: ["seconds", "out"],
  default: { seconds: "130", out: "runs/regimes" },
});

/** What differs from the default pipeline. */
const cells: Readonly<Record<string, readonly string[]>> = {
  "parametric, causal": [],
  "parametric, non-causal": ["mask=non-causal"],
  "explicit (hyper), causal": ["regime=explicit", "decoder=hyper", "training.learningRate=4e-3"],
  "explicit (hyper), non-causal": ["regime=explicit", "decoder=hyper", "mask=non-causal", "training.learningRate=4e-3"],
  "explicit (MLP), causal": ["regime=explicit", "training.learningRate=2e-3"],
  "implicit, causal": ["regime=implicit", "signal=data", "training.learningRate=2e-3"],
  "implicit, non-causal": ["regime=implicit", "signal=data", "mask=non-causal", "training.learningRate=2e-3"],
};

async function train(run: string, settings: readonly string[], iterations: number): Promise<string> {
  const set = [...settings, `training.iterations=${iterations}`].flatMap((setting) => ["--set", setting]);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "pipelines/cli.ts", "train", "--run", run, ...set],
    stderr: "piped",
    stdout: "null",
  }).output();
  const text = new TextDecoder().decode(stderr);
  if (!success) throw new Error(`Cannot train ${run}: ${text}`);
  return text;
}

interface Line {
  readonly iteration: number;
  readonly elapsedSeconds: number;
}

function metrics(path: string): Line[] {
  return Deno.readTextFileSync(path).trim().split("\n").map((line) => JSON.parse(line));
}

/** Iterations per second once the first ones, which compile and warm up, are over. */
function steadyRate(lines: readonly Line[]): number {
  const [from, to] = [lines[3]!, lines.at(-2)!]; // the last line waits for a validation
  return (to.iteration - from.iteration) / (to.elapsedSeconds - from.elapsedSeconds);
}

const rows: string[] = [];
for (const [name, settings] of Object.entries(cells)) {
  const slug = name.replaceAll(/[^a-z]+/g, "-").replace(/-$/, "");
  const probe = await Deno.makeTempDir();
  await train(`${probe}/run`, [...settings, "evaluation.tasks=8", "training.validateEvery=1000"], 150);
  const rate = steadyRate(metrics(`${probe}/run/metrics.jsonl`));
  await Deno.remove(probe, { recursive: true });
  const iterations = Math.max(100, Math.round(Number(seconds) * rate / 100) * 100);
  await train(`${out}/${slug}`, settings, iterations);
  const { elapsedSeconds } = metrics(`${out}/${slug}/metrics.jsonl`).at(-1)!;
  const { results } = JSON.parse(Deno.readTextFileSync(`${out}/${slug}/evaluation.json`)) as Evaluation;
  const [model] = results;
  const exact = results.find((r) => r.method === "exact-posterior")!;
  const at = (r: typeof model, step: number): string => {
    const found = r!.steps.find((s) => s.step === step)!;
    return `${found.mean.toPrecision(3)} ± ${found.standardError.toPrecision(1)}`;
  };
  const ratio = model!.steps[5]!.mean / exact.steps[5]!.mean;
  rows.push(
    `| ${name} | ${iterations} | ${elapsedSeconds.toFixed(0)} | ${
      [1, 2, 3, 4, 5, 10].map((k) => at(model, k)).join(" | ")
    } | ${ratio.toFixed(2)} |`,
  );
  console.log(rows.at(-1));
}
console.log([
  "",
  "| regime, mask | iterations | seconds | 1 | 2 | 3 | 4 | 5 = K | 10 | × exact at 5 |",
  `|${" --- |".repeat(10)}`,
  ...rows,
].join("\n"));
