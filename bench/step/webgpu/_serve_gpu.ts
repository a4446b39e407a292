import { lines, tell } from "../_serve.ts";
import type { Watch } from "./_watch_gpu.ts";

/** The loss of a step whose commands are submitted; exactly one of both is called. */
export interface PendingLoss {
  readonly read: () => Promise<number>;
  readonly drop: () => void;
  /** Milliseconds until the submit returned, where the contender itself knows. */
  readonly host?: number;
}

/** A contender on a GPU. */
export interface GpuContender {
  readonly description: string;
  /** Submits all commands of one step; a promise where a step waits within, so that only it itself knows its host time. */
  readonly step: () => PendingLoss | Promise<PendingLoss>;
  /** Bytes of intermediates with a buffer each, and planned onto few, where that is known. */
  readonly memory?: { readonly eager: number; readonly planned: number };
}

/** What the leader may ask for. */
export interface Request {
  /**
   * `losses` reads each step's loss before the next begins; `host` waits until the GPU is idle before each; `whole` queues
   * all and waits once; `facts` takes one step more.
   */
  readonly kind: "losses" | "host" | "whole" | "facts";
  readonly steps: number;
}

/** The losses, and milliseconds a step with each read. */
export interface LossesAnswer {
  readonly losses: readonly number[];
  readonly milliseconds: readonly number[];
}

/** Milliseconds of each step until its submit returned, the GPU being idle before; null where a step waits within. */
export interface HostAnswer {
  readonly host: readonly number[] | null;
}

/** Milliseconds a step over all, until the GPU was done. */
export interface WholeAnswer {
  readonly whole: number;
}

/** What does not change from step to step. */
export interface FactsAnswer {
  readonly dispatches: number;
  /** Bytes of all storage buffers that the process holds. */
  readonly held: number;
  readonly memory: GpuContender["memory"] | null;
}

/** The contender's side: says what it is, then answers requests, a line of JSON each, until standard input ends. */
export async function serveGpu(watch: Watch, { description, step, memory }: GpuContender): Promise<void> {
  tell({ ready: `${description}, on ${watch.adapter()}` });
  const done = () => watch.device().queue.onSubmittedWorkDone();
  for await (const line of lines(Deno.stdin.readable)) {
    const { kind, steps } = JSON.parse(line) as Request;
    if (kind === "losses") tell(await losses(step, steps));
    else if (kind === "host") tell(await host(step, steps, done));
    else if (kind === "whole") tell(await whole(step, steps, done));
    else {
      const dispatches = await watch.dispatches(async () => {
        await (await step()).read();
      });
      tell({ dispatches, held: watch.bytes(), memory: memory ?? null } satisfies FactsAnswer);
    }
  }
}

async function losses(step: GpuContender["step"], steps: number): Promise<LossesAnswer> {
  const losses: number[] = [], milliseconds: number[] = [];
  for (let i = 0; i < steps; i++) {
    const started = performance.now();
    losses.push(await (await step()).read());
    milliseconds.push(performance.now() - started);
  }
  return { losses, milliseconds };
}

async function host(step: GpuContender["step"], steps: number, done: () => Promise<unknown>): Promise<HostAnswer> {
  const host: number[] = [];
  for (let i = 0; i < steps; i++) {
    await done();
    const begun = performance.now(), pending = step(), until = performance.now();
    const { drop, host: own } = await pending;
    drop();
    if (pending instanceof Promise && own === undefined) return { host: null };
    host.push(own ?? until - begun);
  }
  return { host };
}

/** Steps are queued one behind another, so that waiting, which costs 10 ms in Deno, is paid once for all of them. */
async function whole(step: GpuContender["step"], steps: number, done: () => Promise<unknown>): Promise<WholeAnswer> {
  await done();
  const started = performance.now();
  for (let i = 0; i < steps; i++) {
    const pending = step();
    (pending instanceof Promise ? await pending : pending).drop();
  }
  await done();
  return { whole: (performance.now() - started) / steps };
}
