import { median } from "../_measure.ts";
import { type Failed, isFailed, type Running, start } from "../_process.ts";
import type { FactsAnswer, HostAnswer, LossesAnswer, Request, WholeAnswer } from "./_serve_gpu.ts";

/** What one contender did in one cell; milliseconds a step. */
export interface MeasuredGpu {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Why there is less than was asked for. */
  note?: string;
  readonly losses: number[];
  facts?: FactsAnswer;
  /** Until submit returned on an idle GPU: the median of each round; none where a step waits within. */
  readonly host: number[];
  /** Until the GPU was done, steps queued one behind another: the mean of each round. */
  readonly whole: number[];
  /** With each loss read before the next step begins: the median of each round. */
  readonly read: number[];
}

/** How a cell is measured. */
export interface GpuPlan {
  readonly rounds: number;
  /** Steps whose losses are compared, fewer if they take too long; 3 at least. */
  readonly lossSteps: number;
  /** About how long each of a contender's parts of a round takes, ms; 3 steps at least, or 1 where one takes longer. */
  readonly turnMs: number;
  /** When no further round begins (as `Date.now()` counts). */
  readonly deadline: number;
  readonly progress: (text: string) => void;
}

/** A contender and the command that starts it. */
export interface Started {
  readonly id: string;
  readonly title: string;
  readonly command: readonly string[];
}

const startMs = 120_000, answerMs = 240_000, mostSteps = 300;

interface Entry {
  readonly measured: MeasuredGpu;
  readonly process: Running;
  stepMs: number;
}

/** Starts all, lets each run alone until it is warm, then runs them in turn; each stays in a process of its own. */
export async function measureGpu(contenders: readonly Started[], plan: GpuPlan): Promise<MeasuredGpu[]> {
  const entries: Entry[] = [], all: MeasuredGpu[] = [];
  for (const { id, title, command } of contenders) {
    const process = await start(command, startMs);
    const description = isFailed(process) ? "" : process.description;
    const measured: MeasuredGpu = { id, title, description, losses: [], host: [], whole: [], read: [] };
    all.push(measured);
    if (isFailed(process)) measured.note = process.failed;
    else {
      const entry = { measured, process, stepMs: 0 };
      entries.push(entry);
      await warmUp(entry, plan);
    }
    plan.progress(`  ${title}: ${measured.note ?? `about ${entries.at(-1)!.stepMs.toPrecision(3)} ms a step`}`);
  }
  for (let round = 0; round < plan.rounds; round++) {
    if (round > 0 && Date.now() > plan.deadline) {
      for (const { measured } of entries) measured.note ??= `time was up after round ${round}`;
      break;
    }
    // Another one begins each round, so that nobody always follows the same neighbour.
    for (const i of entries.keys()) await turn(entries[(i + round) % entries.length]!, plan);
    plan.progress(`  round ${round + 1} of ${plan.rounds}`);
  }
  for (const { process } of entries) await process.close();
  return all;
}

/** The first steps compile; then the losses, what does not change, and how long a step takes. */
async function warmUp(entry: Entry, { lossSteps, turnMs }: GpuPlan): Promise<void> {
  const { measured } = entry;
  for (const steps of [1, 2]) {
    const answer = await ask<LossesAnswer>(entry, "losses", steps);
    if (answer === undefined) return;
    measured.losses.push(...answer.losses);
    entry.stepMs = answer.milliseconds.at(-1)!;
  }
  const steps = Math.min(lossSteps - 3, Math.floor(6 * turnMs / entry.stepMs));
  if (steps > 0) measured.losses.push(...(await ask<LossesAnswer>(entry, "losses", steps))?.losses ?? []);
  const facts = await ask<FactsAnswer>(entry, "facts", 1);
  if (facts !== undefined) measured.facts = facts;
  const whole = await ask<WholeAnswer>(entry, "whole", stepsIn(turnMs / 4, entry.stepMs));
  if (whole !== undefined) entry.stepMs = whole.whole;
}

async function turn(entry: Entry, { turnMs }: GpuPlan): Promise<void> {
  const { measured, stepMs } = entry;
  const few = stepsIn(turnMs, stepMs + 12); // a wait takes 12 ms in Deno
  const whole = await ask<WholeAnswer>(entry, "whole", stepsIn(turnMs, stepMs));
  const host = await ask<HostAnswer>(entry, "host", few);
  const read = await ask<LossesAnswer>(entry, "losses", few);
  if (whole !== undefined) measured.whole.push(whole.whole);
  if (host?.host) measured.host.push(median(host.host));
  if (read !== undefined) measured.read.push(median(read.milliseconds));
}

function stepsIn(ms: number, stepMs: number): number {
  return Math.min(mostSteps, Math.max(stepMs > ms ? 1 : 3, Math.round(ms / stepMs)));
}

/** Asks; where that fails the contender is out, with a note. */
async function ask<Answer>({ measured, process }: Entry, kind: Request["kind"], steps: number) {
  if (measured.note !== undefined) return undefined;
  const answer = await process.ask({ kind, steps } satisfies Request, answerMs) as Answer | Failed;
  if (!isFailed(answer)) return answer;
  measured.note = answer.failed;
  return undefined;
}
