import { assertRejects } from "@std/assert";
import { AssertionError } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { assertFiniteDifferences, assertNoLeak, assertSameOp, normals, onEveryBackend } from "./backends.ts";

/** u², with a gradient that is `factor` times the right one. */
function square(factor: number): (x: tf.Tensor) => tf.Tensor {
  return tf.customGrad((x) => ({
    value: tf.square(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.tidy(() => tf.mul(tf.mul(dy, x as tf.Tensor), 2 * factor)),
  }));
}

onEveryBackend(
  "assertSameOp() and assertFiniteDifferences() pass a right gradient and refuse one 3 % off",
  async () => {
    const inputs = normals(1, [3, 4]);
    await assertSameOp(square(1), tf.square, inputs, { relative: 1e-5 });
    await assertFiniteDifferences(square(1), inputs, { relative: 1e-2 });
    await assertRejects(
      () => assertSameOp(square(1.03), tf.square, inputs, { relative: 1e-5 }),
      AssertionError,
      "gradient",
    );
    await assertRejects(
      () => assertFiniteDifferences(square(1.03), inputs, { relative: 1e-2 }),
      AssertionError,
      "gradients predict",
    );
  },
);

onEveryBackend("assertSameOp() refuses another value and another shape", async () => {
  const inputs = normals(1, [3, 4]);
  await assertRejects(() => assertSameOp(tf.square, tf.abs, inputs, { relative: 1e-5 }), AssertionError, "value");
  await assertRejects(
    () => assertSameOp((x) => x.flatten(), (x) => x.clone(), inputs, { relative: 1 }),
    AssertionError,
    "shape",
  );
}, { backends: ["cpu"] });

onEveryBackend("assertNoLeak() refuses a tensor left over", async () => {
  let left: tf.Tensor | undefined;
  await assertRejects(() => assertNoLeak(() => void (left = tf.ones([2]))), AssertionError, "1 tensors");
  left?.dispose();
}, { backends: ["cpu"] });
