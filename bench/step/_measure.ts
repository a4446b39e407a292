import type { Answer } from "./_serve.ts";
import { type Failed, isFailed, type Running, start } from "./_process.ts";

/** What one contender did in one cell. */
export interface Measured {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Why there is less than was asked for. */
  readonly note?: string;
  /** The losses of the first steps. */
  readonly losses: readonly number[];
  /** Milliseconds a step in each round: the median of the round's steps. */
  readonly rounds: readonly number[];
}

/** How a cell is measured. */
export interface Plan {
  /** Rounds in which every contender runs once, one after another. */
  readonly pairs: number;
  /** When to stop (as `Date.now()` counts), whatever is missing. */
  readonly deadline: number;
  readonly progress: (text: string) => void;
}

/** A contender that takes longer than this a step runs in fewer rounds. */
const slowMs = 5000, slowRounds = 3;

/** Steps whose losses are compared; a slow contender does 3. */
const lossSteps = 20;

/** Most time for the steps that only warm up and give losses, ms. */
const warmUpMs = 45_000;

/** About how long a contender runs in a round, ms; at least one step. */
const turnMs = 700;

const startMs = 60_000, answerMs = 150_000;

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly process: Running;
  readonly losses: number[];
  stepMs: number;
  rounds: number[];
  note?: string;
}

/** Starts all, lets each run alone until it is warm, then runs them in turn; each stays in a process of its own. */
export async function measure(
  commands: readonly { readonly id: string; readonly title: string; readonly command: readonly string[] }[],
  plan: Plan,
): Promise<Measured[]> {
  const entries: Entry[] = [], absent: Measured[] = [];
  for (const { id, title, command } of commands) {
    const process = await start(command, startMs);
    if (isFailed(process)) {
      absent.push({ id, title, description: "", note: process.failed, losses: [], rounds: [] });
      plan.progress(`  ${title}: ${process.failed}`);
      continue;
    }
    const entry: Entry = { id, title, process, losses: [], stepMs: 0, rounds: [] };
    entries.push(entry);
    await warmUp(entry);
    plan.progress(`  ${title}: ${entry.note ?? `${entry.stepMs.toPrecision(3)} ms a step`} (${process.description})`);
  }
  for (let round = 0; round < plan.pairs; round++) {
    if (round > 0 && Date.now() > plan.deadline) {
      for (const entry of entries) entry.note ??= `time was up after round ${round}`;
      break;
    }
    // Another one begins each round, so that nobody always follows the same neighbour.
    for (const i of entries.keys()) await turn(entries[(i + round) % entries.length]!, round);
    plan.progress(`  round ${round + 1} of ${plan.pairs}`);
  }
  for (const { process } of entries) await process.close();
  return [...entries.map(resultOf), ...absent];
}

function resultOf({ id, title, process, losses, rounds, note }: Entry): Measured {
  return { id, title, description: process.description, losses, rounds, ...(note === undefined ? {} : { note }) };
}

/** The first steps: compiles, finds out how long a step takes, and gives the losses. */
async function warmUp(entry: Entry): Promise<void> {
  for (const steps of [1, 2]) {
    const answer = await run(entry, steps);
    if (answer === undefined) return;
    entry.losses.push(...answer.losses);
    entry.stepMs = answer.milliseconds.at(-1)!;
  }
  if (entry.stepMs > slowMs) return;
  const answer = await run(entry, Math.min(lossSteps - entry.losses.length, Math.ceil(warmUpMs / entry.stepMs)));
  if (answer === undefined) return;
  entry.losses.push(...answer.losses);
  entry.stepMs = median(answer.milliseconds);
}

async function turn(entry: Entry, round: number): Promise<void> {
  const slow = entry.stepMs > slowMs;
  if (entry.note !== undefined || (slow && round >= slowRounds)) return;
  const answer = await run(entry, slow ? 1 : Math.min(50, Math.max(1, Math.ceil(turnMs / entry.stepMs))));
  if (answer !== undefined) entry.rounds.push(median(answer.milliseconds));
}

/** Runs steps; where that fails the contender is out, with a note. */
async function run(entry: Entry, steps: number): Promise<Answer | undefined> {
  if (steps < 1) return { losses: [], milliseconds: [] };
  const answer = await entry.process.ask({ steps }, answerMs) as Answer | Failed;
  if (!isFailed(answer)) return answer;
  entry.note = answer.failed;
  return undefined;
}

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length === 0 ? NaN : sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
