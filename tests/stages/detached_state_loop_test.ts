import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Effect, Exit, Fiber } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import {
  inferStep,
  type LoopInput,
  refineGreedily,
  type RefinementStages,
} from "../../lib/stages/detached_state_loop.ts";
import { meanOverPrefixes } from "../../lib/stages/loss_aggregation.ts";
import { disposeSample } from "../../lib/training/dispose_sample.ts";
import { initialWeights } from "../../lib/training/training_state.ts";
import { buildFor, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

const refinement = tinyRefinement({ steps: 3 });
const failure = new ShapeMismatch({ where: "here", expected: "[1]", found: [2], remedy: "none" });

/** Runs with a tiny model and data that are freed afterwards; nothing else may be left. */
async function withLoop(
  run: (stages: RefinementStages, input: LoopInput) => Promise<void> | void,
): Promise<void> {
  await assertNoLeak(async () => {
    const built = buildFor(refinement, familyOf({ loss: "squared-error", features: 2, outputs: 1 }));
    const sample = built.stages.taskSampling({ steps: 3, observations: 3, queries: 2, lengths: "all" });
    const sampled = Effect.runSync(sample({ seed: 1, split: "t", iteration: 0, range: { first: 0, count: 2 } }));
    const weights = initialWeights(built, 1), balance = tf.ones<tf.Rank.R2>([3, 3]);
    await run(built.stages, { weights, sampled, balance });
    tf.dispose([weights as tf.NamedTensorMap, balance]);
    disposeSample(sampled);
  });
}

function loopOf(stages: RefinementStages): ReturnType<typeof refineGreedily> {
  return refineGreedily({ ...stages, lossAggregation: meanOverPrefixes("squared-error") });
}

onEveryBackend(
  "refineGreedily() gives one loss per step and prefix, and the caller owns all",
  () =>
    withLoop((stages, input) => {
      const { gradients, losses } = Effect.runSync(loopOf(stages)(input));
      assertEquals(losses.shape, [3, 3]);
      assertEquals(Object.keys(gradients).sort(), Object.keys(input.weights).sort());
      tf.dispose([gradients as tf.NamedTensorMap, losses]);
    }),
  { backends: ["cpu"] },
);

for (const failing of [0, 1, 2]) {
  onEveryBackend(
    `refineGreedily() frees everything when step ${failing} fails, and passes the failure on`,
    () =>
      withLoop((stages, input) => {
        let step = 0;
        const masking: RefinementStages["masking"] = (tokens) =>
          step++ === failing ? Effect.fail(failure) : stages.masking(tokens);
        assertStrictEquals(Effect.runSync(Effect.flip(loopOf({ ...stages, masking })(input))), failure);
      }),
    { backends: ["cpu"] },
  );
}

onEveryBackend(
  "refineGreedily() frees everything when it is interrupted between steps",
  () =>
    withLoop(async (stages, input) => {
      // A masking that takes longer than the loop goes without giving others a turn.
      const masking: RefinementStages["masking"] = (tokens) => {
        for (const from = performance.now(); performance.now() - from < 25;);
        return stages.masking(tokens);
      };
      const fiber = Effect.runFork(loopOf({ ...stages, masking })(input));
      await Effect.runPromise(Fiber.interrupt(fiber));
      assert(Exit.isFailure(await Effect.runPromise(Fiber.await(fiber))), "it ended before it was interrupted");
    }),
  { backends: ["cpu"] },
);

onEveryBackend(
  "inferStep() passes a failure on and frees everything",
  () =>
    withLoop((stages, { weights, sampled }) => {
      const state = tf.tidy(() => ({ ...stages.regime.start(weights, sampled.queries.x) }));
      const request = { weights, state, batch: sampled.batches[0]!, lengths: "all" as const, step: 0 };
      const step = inferStep({ ...stages, masking: () => Effect.fail(failure) });
      assertStrictEquals(Effect.runSync(Effect.flip(step({ ...request, queryX: sampled.queries.x }))), failure);
      tf.dispose(state as tf.NamedTensorMap);
    }),
  { backends: ["cpu"] },
);

onEveryBackend(
  "inferStep() goes beyond the trained steps with the last step's embedding",
  () =>
    withLoop((stages, { weights, sampled }) => {
      const state = tf.tidy(() => ({ ...stages.regime.start(weights, sampled.queries.x) }));
      const at = (step: number): number[] => {
        const lengths = "all" as const;
        const { x: queryX } = sampled.queries;
        const inferred = Effect.runSync(
          inferStep(stages)({ weights, state, batch: sampled.batches[0]!, lengths, queryX, step }),
        );
        const numbers = [...inferred.state["theta"]!.dataSync()];
        tf.dispose([inferred.state, inferred.candidates] as tf.NamedTensorMap[]);
        return numbers;
      };
      assertEquals(at(3), at(2));
      assertEquals(at(50), at(2));
      assert(at(1).join() !== at(2).join(), "steps are not told apart");
      tf.dispose(state as tf.NamedTensorMap);
    }),
  { backends: ["cpu"] },
);
