import { assertEquals } from "@std/assert";
import { Effect } from "effect";
import type * as tf from "@tensorflow/tfjs";
import { registerKernels } from "../../lib/kernels/mod.ts";
import type { BuiltPipeline } from "../../lib/training/pipeline.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { onEveryBackend } from "../backends.ts";
import { trained } from "../capture/_trained.ts";

/** A pipeline that reads a drawn length and cuts by it, as a recording cannot. */
function cutting(built: BuiltPipeline): BuiltPipeline {
  const { detachedStateLoop } = built.stages;
  return {
    ...built,
    stages: {
      ...built.stages,
      detachedStateLoop: (input) =>
        Effect.map(detachedStateLoop(input), ({ gradients, losses }) => {
          const [n = 1] = input.sampled.lengths[0] as Int32Array, cut = losses.mul<tf.Tensor2D>(n);
          losses.dispose();
          return { gradients, losses: cut };
        }),
    },
  };
}

onEveryBackend(
  "makeReplay() finds out whoever reads a drawn length, though another iteration draws the same",
  async () => {
    const config = tinyConfig(tinyRefinement({ mask: "non-causal", observations: 2 }), { tasks: 2, iterations: 3 });
    const built = cutting(buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 })));
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { refused } = await trained(built, config, { iterations: 3, replays: true, seed });
      assertEquals(refused.length, 1, `seed ${seed}`);
    }
  },
  { backends: ["wasm"], kernels: registerKernels },
);
