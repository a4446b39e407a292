import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { initialWeights, resolveConfig, validationError } from "../../lib/training/mod.ts";
import topologicalOrder from "../../pipelines/topological_order.ts";

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
