import { Effect } from "effect";
import type * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { LoopInput, LoopOutput } from "../stages/detached_state_loop.ts";
import type { Stage } from "../stages/stage.ts";
import type { SampledTasks } from "../stages/task_sampling.ts";
import { prefixed, unprefixed } from "./prefixed.ts";
import type { Replay } from "./replay.ts";

/** The loop over K steps. */
export type RefinementLoop = Stage<LoopInput, LoopOutput, ShapeMismatch>;

const weight = "weight/", gradient = "gradient/";

/**
 * A loop that a replay runs: gradients and losses as the loop gives them, bit for bit. `another` draws other tasks of the
 * same sizes, so many iterations later.
 */
export function replayedLoop(
  replay: Replay,
  loop: RefinementLoop,
  another: (later: number) => Effect.Effect<SampledTasks>,
): RefinementLoop {
  return ({ weights, sampled, balance }) => {
    const named = prefixed(weight, weights);
    const work = replay.run({
      name: `the loop over ${sampled.batches.length} steps`,
      samples: [sampled],
      tensors: { ...named, balance },
      // They stay where they are from iteration to iteration: on webgpu a copy of all of them each time would be for nothing.
      inPlace: Object.keys(named),
      another: (later) => Effect.map(another(later), (drawn) => [drawn]),
      body: ([own], tensors) => {
        const input = {
          weights: unprefixed(weight, tensors),
          sampled: own!,
          balance: tensors["balance"] as tf.Tensor2D,
        };
        return Effect.map(loop(input), ({ gradients, losses }) => ({ losses, ...prefixed(gradient, gradients) }));
      },
    });
    return Effect.map(work, (output) => ({
      gradients: unprefixed(gradient, output),
      losses: output["losses"] as tf.Tensor2D,
    }));
  };
}
