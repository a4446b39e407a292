/** Runs the command line as a process of its own, as a person would. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings that train in a second or two. */
export const tiny: readonly string[] = [
  "task.dimension=2",
  "observations=4",
  "steps=2",
  "model.width=8",
  "model.layers=1",
  "model.heads=2",
  "model.feedForward=8",
  "training.tasks=4",
  "training.queries=4",
  "training.validationTasks=4",
  "training.logEvery=3",
  "training.checkpointEvery=7",
  "training.validateEvery=20",
  "evaluation.tasks=8",
  "evaluation.queries=4",
  "evaluation.steps=3",
].flatMap((setting) => ["--set", setting]);

function command(args: readonly string[], writable: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-read",
      `--allow-write=${writable}`,
      "--allow-env=AMORTIZE_DATA",
      "pipelines/cli.ts",
      ...args,
    ],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** Runs to the end. */
export async function cli(args: readonly string[], writable = "runs"): Promise<CliResult> {
  const { code, stdout, stderr } = await command(args, writable).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Starts, waits until a file holds so many lines, sends a signal, and waits for the end. */
export async function cliKilled(
  args: readonly string[],
  writable: string,
  when: { readonly file: string; readonly lines: number; readonly extraMs: number },
  signal: Deno.Signal,
): Promise<CliResult> {
  const child = command(args, writable).spawn();
  const ended = child.output();
  let over = false;
  ended.then(() => over = true);
  while (!over && countLines(when.file) < when.lines) await new Promise((resume) => setTimeout(resume, 10));
  await new Promise((resume) => setTimeout(resume, when.extraMs));
  if (!over) child.kill(signal);
  const { code, stdout, stderr } = await ended;
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

function countLines(path: string): number {
  try {
    return Deno.readTextFileSync(path).split("\n").length - 1;
  } catch {
    return 0;
  }
}

/** The lines of a run's metrics without the two fields that may differ between equal runs. */
export function curve(folder: string): string[] {
  return Deno.readTextFileSync(`${folder}/metrics.jsonl`).trim().split("\n").map((line) => {
    const { tasksPerSecond: _rate, elapsedSeconds: _seconds, ...rest } = JSON.parse(line);
    return JSON.stringify(rest);
  });
}
