import { Effect } from "effect";
import { type NamedStage, stage } from "../stages/stage.ts";
import type { SampledTasks, SampleRequest } from "../stages/task_sampling.ts";
import type { TaskRange } from "../stages/task_family.ts";
import { unpackSample } from "./packed_sample.ts";
import { type Awaited, following, isSameRequest, type RemoteSampler } from "./sample_ahead.ts";

/** How a training's samples are drawn on another thread. */
export interface SampleElsewhere {
  /** The other thread. */
  readonly remote: RemoteSampler;
  /** Draws here, for when the other thread is lost. */
  readonly here: (request: SampleRequest) => Effect.Effect<SampledTasks>;
  /** The ranges that each iteration asks for, in order. */
  readonly ranges: readonly TaskRange[];
  /** Samples that are drawn ahead at most; four unless said. */
  readonly depth?: number;
  /** Hears once that the other thread is lost: what is drawn here may differ from it in the last digits. */
  readonly onLost: Effect.Effect<void>;
}

/**
 * Task sampling on another thread from the first sample on, for a device that would compute small draws slowly and with
 * other roundings: every sample has the bits of that thread, whatever is asked for when. Only where that thread is lost
 * samples are drawn here. At most `depth` of them wait, as plain memory; the caller owns the tensors of each answer.
 */
export function sampleElsewhere(
  { remote, here, ranges, onLost, depth = 4 }: SampleElsewhere,
): NamedStage<SampleRequest, SampledTasks> {
  let queue: readonly Awaited[] = [], isLost = false;
  const ask = (request: SampleRequest): Awaited => ({ request, packed: remote(request).catch(() => undefined) });
  return stage("task sampling", (request) =>
    Effect.gen(function* () {
      const at = queue.findIndex((awaited) => isSameRequest(awaited.request, request));
      const wanted = queue[at] ?? ask(request);
      // The first was asked for last, the second is the next. One out of turn, as a recording wants it, changes nothing.
      if (at === 1 || queue.length === 0) {
        const waiting = at < 0 ? [wanted] : queue.slice(1);
        while (waiting.length <= depth) waiting.push(ask(following(waiting.at(-1)!.request, ranges)));
        queue = waiting;
      }
      const packed = yield* Effect.promise(() => wanted.packed);
      if (packed !== undefined) return unpackSample(packed);
      if (!isLost) yield* onLost;
      isLost = true;
      return yield* here(request);
    }));
}
