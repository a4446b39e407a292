import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { linear, linearReference } from "../../lib/ops/mod.ts";
import {
  assertClose,
  assertFiniteDifferences,
  assertSameOp,
  normals,
  onEveryBackend,
  valueAndGradients,
  type Values,
} from "../backends.ts";
import { seed, size } from "./_arbitraries.ts";

onEveryBackend("linear() equals its definition and finite differences", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(seed, size, size, size, async (seed, rows, n, m) => {
      const inputs = normals(seed, [rows, n], [n, m], [m]);
      await assertSameOp(linear, linearReference, inputs, { relative: 1e-5 });
      await assertFiniteDifferences(linear, inputs, { relative: 1e-2, seed });
    }),
    { numRuns },
  ));

onEveryBackend("linear() gives what a loop over the sums gives", async () => {
  const [x, w, b] = normals(3, [5, 7], [7, 3], [3]) as [Values, Values, Values];
  const data = Float32Array.from({ length: 15 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    let sum = b.data[column]!;
    for (let k = 0; k < 7; k++) sum += x.data[row * 7 + k]! * w.data[k * 3 + column]!;
    return sum;
  });
  assertClose("y", (await valueAndGradients(linear, [x, w, b])).value, { shape: [5, 3], data }, { relative: 1e-6 });
});

onEveryBackend("linear() lets NaN through, forward and back", async () => {
  const inputs = normals(1, [2, 3], [3, 4], [4]);
  inputs[0]!.data[0] = NaN;
  const { value, gradients } = await valueAndGradients(linear, inputs);
  assertEquals([...value.data].map(Number.isNaN), [true, true, true, true, false, false, false, false]);
  assertEquals([...gradients[1]!.data].filter(Number.isNaN).length, 4);
});

onEveryBackend("linear() says which argument does not fit, and how it should look", () =>
  tf.tidy(() => {
    const error = assertThrows(() => linear(tf.zeros([2, 3]), tf.zeros([4, 5]), tf.zeros([5])), ShapeMismatch);
    const { where, expected, found } = error as ShapeMismatch;
    assertEquals({ where, expected, found }, { where: "linear(w)", expected: "[3, out]", found: [4, 5] });
    assertThrows(() => linear(tf.zeros([2, 3, 1]), tf.zeros([3, 5]), tf.zeros([5])), ShapeMismatch);
    assertThrows(() => linear(tf.zeros([2, 3]), tf.zeros([3, 5]), tf.zeros([4])), ShapeMismatch);
  }), { backends: ["cpu"] });
