import { assertAlmostEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { errorPerTask } from "../../../lib/evaluation/mod.ts";
import { causalOrder } from "../../../lib/tasks/mod.ts";

Deno.test("errorPerTask() of sets counts queries whose largest logit is outside the set, as a share", async () => {
  await tf.setBackend("cpu");
  const family = causalOrder({ nodes: [3], edgesPerNode: [1, 1], mechanisms: ["linear"] });
  const predictions = tf.tensor4d([[[[0, 2, 1], [5, 4, -1e9], [1, 0, 3]]], [[[9, 0, 0], [0, 9, 0], [0, 0, 9]]]]);
  const sets = tf.tensor3d([[[0, 1, 1], [0, 1, 0], [0, 0, 1]], [[1, 1, 1], [0, 1, 0], [1, 0, 1]]]);
  const errors = errorPerTask(family, predictions, sets), [first, second] = await errors.data();
  assertAlmostEquals(first!, 1 / 3, 1e-6);
  assertAlmostEquals(second!, 0, 1e-6);
  tf.dispose([predictions, sets, errors]);
});
