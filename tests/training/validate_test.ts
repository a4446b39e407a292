import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import {
  disposeTrainingState,
  hostIterations,
  initialTrainingState,
  initialWeights,
  localGradients,
  makeInferenceReplay,
  makeReplay,
  resolveConfig,
  validationError,
} from "../../lib/training/mod.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import topologicalOrder from "../../pipelines/topological_order.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

const sizes = [
  "observations=12",
  "steps=1",
  "model.width=4",
  "model.layers=1",
  "model.heads=1",
  "training.validationTasks=7",
];

async function errorOn(nodes: readonly number[], validationTasks: number): Promise<number> {
  const set = [...sizes, `task.nodes=[${nodes}]`, `training.validationTasks=${validationTasks}`];
  const { config } = Effect.runSync(resolveConfig(topologicalOrder, { set }));
  const built = topologicalOrder.build(config);
  const weights = initialWeights(built, 0);
  const before = tf.memory().numTensors;
  const error = await Effect.runPromise(validationError(built, config, weights, 0));
  assertEquals(tf.memory().numTensors, before);
  tf.dispose(weights as tf.NamedTensorMap);
  return error;
}

Deno.test("validationError() over several numbers of nodes counts each of them, whatever their order", async () => {
  await tf.setBackend("cpu");
  const [three, six] = [await errorOn([3], 8), await errorOn([6], 8)];
  assertNotEquals(three, six);
  // Untrained logits are nearly even, so that the loss tells the number of nodes: the mean is between.
  const [both, turned] = [await errorOn([3, 6], 16), await errorOn([6, 3], 16)];
  assertAlmostEquals(both, (three + six) / 2, 0.12);
  assertAlmostEquals(turned, (three + six) / 2, 0.12);
});

onEveryBackend(
  "validationError() gives the same number replayed, while the weights change where they lie",
  async () => {
    const config = tinyConfig(tinyRefinement(), { validationTasks: 130 }); // three chunks, the last a small one
    const built = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));
    await assertNoLeak(() =>
      Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const refused: string[] = [];
        const replay = yield* makeInferenceReplay(({ message }) => Effect.sync(() => void refused.push(message)), {
          after: 1,
        });
        let weights = initialWeights(built, 0);
        for (let i = 0; i < 3; i++) {
          const eager = yield* validationError(built, config, weights, 0);
          assertEquals(yield* validationError(built, config, weights, 0, replay), eager);
          const next = tf.tidy(() =>
            Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, w.mul(1.5)]))
          );
          tf.dispose(weights as tf.NamedTensorMap);
          weights = next;
        }
        assertEquals([refused, replay.recordings()], [[], 2]); // steps of two sizes
        tf.dispose(weights as tf.NamedTensorMap);
      })))
    );
  },
  { backends: ["wasm"], kernels: registerKernels },
);

onEveryBackend("validationError() is replayed between iterations that are", async () => {
  const config = tinyConfig(tinyRefinement(), { validationTasks: 20, shards: 2, iterations: 6 });
  const built = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));
  const trained = (replays: boolean) =>
    Effect.scoped(Effect.gen(function* () {
      const refuse = (why: Error) => Effect.die(why);
      const [loop, forward] = replays
        ? [yield* makeReplay(refuse), yield* makeInferenceReplay(refuse, { after: 1 })]
        : [undefined, undefined];
      const { take } = hostIterations(localGradients(built, config, 3, undefined, loop), config);
      let state = initialTrainingState(built, config, 3);
      const told: unknown[] = [];
      for (let i = 0; i < config.training.iterations; i++) {
        const next = yield* take(state);
        state = next.state;
        told.push(yield* next.report, yield* validationError(built, config, state.weights, 3, forward));
      }
      disposeTrainingState(state);
      if (replays) assertEquals([loop!.recordings(), forward!.recordings()], [1, 1]);
      return told;
    }));
  assertEquals(await Effect.runPromise(trained(true)), await Effect.runPromise(trained(false)));
}, { backends: ["wasm"], kernels: registerKernels });
