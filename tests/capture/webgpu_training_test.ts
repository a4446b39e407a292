import { assertEquals } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { backendBytes, tensorCount } from "../../lib/device/memory.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { makeReplay } from "../../lib/training/replay.ts";
import { localGradients } from "../../lib/training/shards.ts";
import { disposeTrainingState, initialTrainingState } from "../../lib/training/training_state.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { type BackendOptions, onEveryBackend } from "../backends.ts";

const iterations = 4;

/** Software GPUs take seconds to compile our kernels: they run for one regime, tfjs's for the others. */
const backends = ["webgpu"] as const;
const regimes: Readonly<Record<"parametric" | "explicit" | "implicit", BackendOptions>> = {
  parametric: { backends, kernels: registerKernels },
  explicit: { backends },
  implicit: { backends },
};

for (const regime of ["parametric", "explicit", "implicit"] as const) {
  onEveryBackend(
    `makeReplay() gives the loop's gradients, bit for bit, for ${regime} states and moving weights`,
    async () => {
      const config = tinyConfig(tinyRefinement({ regime }), { shards: 1, tasks: 2 });
      const built = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));
      const refused: string[] = [],
        held: string[] = [],
        numbers = { eager: [] as unknown[], replayed: [] as unknown[] };
      await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const replay = yield* makeReplay(({ message }) => Effect.sync(() => void refused.push(message)));
        const states = [3, 4].map((seed) => initialTrainingState(built, config, seed)); // weights on one buffer, then another
        const balance = tf.ones<tf.Rank.R2>([2, 3]);
        for (let iteration = 0; iteration < iterations; iteration++) {
          for (const [kind, by] of [["eager", undefined], ["replayed", replay]] as const) {
            const source = localGradients(built, config, 3, undefined, by);
            const { gradients, losses } = yield* source({ ...states[iteration % 2]!, iteration }, balance);
            const tensors = [losses, ...Object.values(gradients)];
            numbers[kind].push(yield* Effect.promise(() => Promise.all(tensors.map((tensor) => tensor.data()))));
            tf.dispose(tensors);
          }
          held.push(`${tensorCount()} tensors, ${backendBytes()} bytes`);
        }
        assertEquals(replay.recordings(), 1);
        states.forEach(disposeTrainingState);
        balance.dispose();
      })));
      assertEquals(refused, []);
      assertEquals(numbers.replayed, numbers.eager);
      assertEquals(held.at(-1), held.at(-2));
    },
    regimes[regime],
  );
}
