import { Effect } from "effect";
import { type NamedStage, stage } from "../stages/stage.ts";
import type { SampledTasks, SampleRequest } from "../stages/task_sampling.ts";
import type { TaskRange } from "../stages/task_family.ts";
import { type PackedSample, unpackSample } from "./packed_sample.ts";

/** Draws a sample elsewhere, on another thread; rejects where that thread is gone. */
export type RemoteSampler = (request: SampleRequest) => Promise<PackedSample>;

/** How a training's samples are drawn ahead of need. */
export interface SampleAhead {
  /** Draws here. */
  readonly here: (request: SampleRequest) => Effect.Effect<SampledTasks>;
  /** Opens the other thread; called once, when drawing here has taken more than its share. */
  readonly open: () => RemoteSampler;
  /** The ranges that each iteration asks for, in order. */
  readonly ranges: readonly TaskRange[];
  /** Samples that are drawn ahead at most; four unless said. */
  readonly depth?: number;
  /** Share of the time that draws may take before they go elsewhere; a tenth unless said. */
  readonly share?: number;
  /** Draws here before that is judged; sixteen unless said. */
  readonly trial?: number;
  /** A clock in milliseconds; the process's own unless said. */
  readonly now?: () => number;
}

/** A sample on its way. */
export interface Awaited {
  readonly request: SampleRequest;
  /** Undefined where the other thread is gone. */
  readonly packed: Promise<PackedSample | undefined>;
}

/**
 * Task sampling that another thread runs ahead of, so that a training step finds its tasks drawn. The bits are those of
 * drawing here, since a draw depends on its request alone. Draws here at first, and for ever where that takes little of
 * the time, and while the other thread starts; a request that is not the next one, or that the other thread was lost with, is drawn here. At most `depth`
 * samples wait, as plain memory; the caller owns the tensors of each answer.
 */
export function sampleAhead(
  { here, open, ranges, depth = 4, share = 0.1, trial = 16, now = () => performance.now() }: SampleAhead,
): NamedStage<SampleRequest, SampledTasks> {
  let elsewhere: RemoteSampler | undefined;
  let queue: Awaited[] = [];
  let draws = 0, spent = 0, began = 0;

  /** Draws here, and judges after the trial whether that takes too long. The first draw warms up. */
  const drawHere = (request: SampleRequest) =>
    Effect.suspend(() => {
      const start = now();
      if (draws === 1) began = start;
      return Effect.tap(here(request), () =>
        Effect.sync(() => {
          if (draws++ > 0) spent += now() - start;
          if (draws !== trial) return;
          if (spent > share * (now() - began)) openFor(following(request, ranges));
        }));
    });

  /** Opens the other thread, which is of use from its first answer on: until then draws are made here. */
  const openFor = (request: SampleRequest): void => {
    const remote = open();
    remote(request).then(() => elsewhere = remote, () => {});
  };

  /** Asks for what follows the last of the queue, or this request, until the queue is full. */
  const fill = (from: SampleRequest): void => {
    while (elsewhere !== undefined && queue.length < depth) {
      const request = following(queue.at(-1)?.request ?? from, ranges);
      queue.push({ request, packed: elsewhere(request).catch(() => undefined) });
    }
  };

  return stage("task sampling", (request) =>
    Effect.gen(function* () {
      const next = queue.shift();
      if (next === undefined || !isSameRequest(next.request, request)) {
        queue = [];
        const sampled = yield* drawHere(request);
        fill(request);
        return sampled;
      }
      fill(request);
      const packed = yield* Effect.promise(() => next.packed);
      if (packed !== undefined) return unpackSample(packed);
      elsewhere = undefined;
      queue = [];
      return yield* drawHere(request);
    }));
}

/** What an iteration asks for next: its next range, or the first of the next iteration. */
export function following({ iteration, range, ...rest }: SampleRequest, ranges: readonly TaskRange[]): SampleRequest {
  const at = ranges.findIndex(({ first }) => first === range.first) + 1;
  return at < ranges.length
    ? { ...rest, iteration, range: ranges[at]! }
    : { ...rest, iteration: iteration + 1, range: ranges[0]! };
}

/** Whether two requests are for the same draw. */
export function isSameRequest(a: SampleRequest, b: SampleRequest): boolean {
  return a.seed === b.seed && a.split === b.split && a.iteration === b.iteration && a.range.first === b.range.first &&
    a.range.count === b.range.count;
}
