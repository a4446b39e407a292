import { Effect } from "effect";
import { RankLost } from "../errors/rank_lost.ts";

/** What the ranks of one training share: plain buffers, so that they can be posted to a worker. */
export interface ExchangeBuffers {
  /** Words: 1 once the exchange has ended; the last step that each rank wrote for; the last that each has done. */
  readonly control: SharedArrayBuffer;
  /** Floats that each rank writes and the others read. */
  readonly parts: readonly SharedArrayBuffer[];
}

/** Shared memory for so many ranks, of so many floats each. */
export function exchangeBuffers(ranks: number, floats: number): ExchangeBuffers {
  return {
    control: new SharedArrayBuffer(4 * (1 + 2 * ranks)),
    parts: Array.from({ length: ranks }, () => new SharedArrayBuffer(4 * floats)),
  };
}

/** What a rank does in a step. */
export interface ExchangeStep {
  /** The training's iteration, for a {@linkcode RankLost}. */
  readonly iteration: number;
  /** Fills this rank's part; left out by one that only reads. */
  readonly write?: (own: Float32Array) => void;
  /** Whose part to read, and what to do with it; left out by one that only writes. */
  readonly read?: readonly [rank: number, take: (theirs: Float32Array) => void];
}

/** One rank's end of the shared memory. */
export interface Exchange {
  /** This rank's number, from 0, which leads. */
  readonly rank: number;
  /** How many there are. */
  readonly ranks: number;
  /**
   * One step, which all ranks take in the same order: writes, waits for the other's part, reads. Blocks its thread, with
   * turns for timers and signals. Fails with {@linkcode RankLost} when another rank is lost or silent, or at the end.
   */
  readonly step: (step: ExchangeStep) => Effect.Effect<void, RankLost>;
  /** Wakes the others and tells them that nothing comes any more. */
  readonly end: () => void;
  /** Whether somebody has called `end`. */
  readonly ended: () => boolean;
}

/** Tells of a rank that failed. */
export type Lost = () => { readonly rank: number; readonly reason: string } | undefined;

/** How a rank waits. */
export interface Patience {
  /** Asked between turns. */
  readonly lost: Lost;
  /** Who is silent for longer than this, and longer than so many times the time since this rank's last step, is lost. */
  readonly silence: { readonly ms: number; readonly times: number };
}

/** For followers, who wait as long as the leader validates, or does whatever it likes; its thread ends theirs. */
export const endlessPatience: Patience = { lost: () => undefined, silence: { ms: Infinity, times: 1 } };

/** How long a wait may block the thread, so that signals and a worker's failure are heard in between. */
const turnMs = 20;

/** How long to look without sleeping: a sleeping core takes about 0.1 ms to wake, ranks of one step are no further apart. */
const lookMs = 0.2;

/** A rank's end of shared memory. */
export function exchangeOf(buffers: ExchangeBuffers, rank: number, { lost, silence }: Patience): Exchange {
  const control = new Int32Array(buffers.control), parts = buffers.parts.map((part) => new Float32Array(part));
  const ranks = parts.length, written = (of: number): number => 1 + of, done = (of: number): number => 1 + ranks + of;
  let steps = 0, since = performance.now();
  const ended = (): boolean => Atomics.load(control, 0) !== 0;
  const tell = (word: number, value: number): void => {
    Atomics.store(control, word, value);
    Atomics.notify(control, word);
  };
  const until = (word: number, of: number, iteration: number): Effect.Effect<void, RankLost> => {
    const wanted = word === done(of) ? steps - 1 : steps;
    if (look(control, word, wanted)) return Effect.void;
    return Effect.gen(function* () {
      const started = performance.now(), deadline = started + Math.max(silence.ms, silence.times * (started - since));
      for (let seen = Atomics.load(control, word); seen < wanted; seen = Atomics.load(control, word)) {
        const failure = ended()
          ? { rank: of, reason: "the training has ended" }
          : lost() ?? (performance.now() > deadline ? { rank: of, reason: "it does not answer" } : undefined);
        if (failure !== undefined) return yield* new RankLost({ ...failure, iteration });
        if (Atomics.wait(control, word, seen, turnMs) === "timed-out") yield* Effect.yieldNow;
      }
    });
  };
  return {
    rank,
    ranks,
    step: ({ iteration, write, read }) =>
      Effect.gen(function* () {
        steps += 1;
        if (write !== undefined) {
          for (let other = 0; other < ranks; other++) {
            if (other !== rank) yield* until(done(other), other, iteration); // somebody may still be reading
          }
          write(parts[rank]!);
          tell(written(rank), steps);
        }
        if (read !== undefined) {
          yield* until(written(read[0]), read[0], iteration);
          read[1](parts[read[0]]!);
        }
        tell(done(rank), steps);
        since = performance.now();
      }),
    end: () => {
      tell(0, 1);
      for (let word = 1; word < control.length; word++) Atomics.notify(control, word);
    },
    ended,
  };
}

function look(control: Int32Array<SharedArrayBuffer>, word: number, wanted: number): boolean {
  const until = performance.now() + lookMs;
  do {
    if (Atomics.load(control, word) >= wanted) return true;
  } while (performance.now() < until);
  return false;
}
