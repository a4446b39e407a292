import fc from "fast-check";
import { assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import {
  feedForward,
  feedForwardReference,
  normedLinear,
  normedLinearReference,
  residualLinear,
  residualLinearReference,
} from "../../lib/ops/mod.ts";
import { assertFiniteDifferences, assertSameOp, normals, onEveryBackend } from "../backends.ts";
import { few, seed, size } from "./_arbitraries.ts";

/** 1 / std reaches 300 where a row's entries nearly coincide: a larger epsilon keeps rounding small. */
const epsilon = 0.1;

onEveryBackend("residualLinear() equals its definition and finite differences", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(seed, size, size, size, async (seed, rows, n, m) => {
      const inputs = normals(seed, [rows, m], [rows, n], [n, m], [m]);
      await assertSameOp(residualLinear, residualLinearReference, inputs, { relative: 1e-5 });
      await assertFiniteDifferences(residualLinear, inputs, { relative: 1e-2, seed });
    }),
    { numRuns },
  ));

/** Branch and stream joined again, so that both ways matter to x. */
function joined(x: Tensor, gain: Tensor, bias: Tensor, w: Tensor, b: Tensor): Tensor {
  return tf.tidy(() => {
    const { y, carried } = normedLinear(x, { gain, bias }, w, b, epsilon);
    return tf.concat([y, tf.square(carried)], -1);
  });
}

function joinedReference(x: Tensor, gain: Tensor, bias: Tensor, w: Tensor, b: Tensor): Tensor {
  return tf.tidy(() => {
    const { y, carried } = normedLinearReference(x, { gain, bias }, w, b, epsilon);
    return tf.concat([y, tf.square(carried)], -1);
  });
}

onEveryBackend("normedLinear() equals its definition and finite differences, the stream's gradient included", (
  { runs: numRuns },
) =>
  fc.assert(
    fc.asyncProperty(seed, size, size, size, async (seed, rows, n, m) => {
      const inputs = normals(seed, [rows, n], [n], [n], [n, m], [m]);
      await assertSameOp(joined, joinedReference, inputs, { relative: 1e-4, absolute: 1e-5 });
      await assertFiniteDifferences(joined, inputs, { relative: 2e-2, seed });
    }),
    { numRuns },
  ));

onEveryBackend("normedLinear() is its branch alone where nothing goes on with the stream", async () => {
  const branch = (x: Tensor, gain: Tensor, bias: Tensor, w: Tensor, b: Tensor): Tensor =>
    tf.tidy(() => normedLinear(x, { gain, bias }, w, b, epsilon).y);
  const reference = (x: Tensor, gain: Tensor, bias: Tensor, w: Tensor, b: Tensor): Tensor =>
    tf.tidy(() => normedLinearReference(x, { gain, bias }, w, b, epsilon).y);
  await assertSameOp(branch, reference, normals(3, [2, 4], [4], [4], [4, 3], [3]), { relative: 1e-5 });
});

const block = (of: typeof feedForward) => (...[x, gain, bias, w1, b1, w2, b2]: Tensor[]): Tensor =>
  of(x!, { gain: gain!, bias: bias! }, { hidden: { w: w1!, b: b1! }, output: { w: w2!, b: b2! } }, epsilon);

onEveryBackend("feedForward() equals its definition and finite differences", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(seed, few, size, size, async (seed, rows, width, hidden) => {
      const inputs = normals(seed, [2, rows, width], [width], [width], [width, hidden], [hidden], [hidden, width], [
        width,
      ]);
      await assertSameOp(block(feedForward), block(feedForwardReference), inputs, { relative: 1e-4, absolute: 1e-5 });
      await assertFiniteDifferences(block(feedForward), inputs, { relative: 2e-2, seed });
    }),
    { numRuns },
  ));

onEveryBackend("residualLinear() and feedForward() refuse what does not add up", () => {
  tf.tidy(() => {
    const [x, w, b] = [tf.ones([2, 3]), tf.ones([3, 4]), tf.ones([4])] as const;
    assertThrows(() => residualLinear(tf.ones([2, 3]), x, w, b), ShapeMismatch);
    const norm = { gain: tf.ones([3]), bias: tf.ones([3]) };
    const wrong = { hidden: { w, b }, output: { w: tf.ones([4, 2]), b: tf.ones([2]) } };
    assertThrows(() => feedForward(x, norm, wrong), ShapeMismatch);
  });
});
