import fc from "fast-check";
import { assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { outerPrefixMean, outerPrefixMeanReference, prefixMean, prefixMeanReference } from "../../lib/ops/mod.ts";
import {
  assertClose,
  assertFiniteDifferences,
  assertSameOp,
  normals,
  onEveryBackend,
  tensorOf,
  valueAndGradients,
  type Values,
} from "../backends.ts";
import { few, seed, size } from "./_arbitraries.ts";

onEveryBackend("prefixMean() equals its definition, finite differences and a loop", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(seed, few, size, size, async (seed, tasks, n, features) => {
      const [x] = normals(seed, [tasks, n, features]) as [Values];
      await assertSameOp(prefixMean, prefixMeanReference, [x], { relative: 1e-5 });
      await assertFiniteDifferences(prefixMean, [x], { relative: 1e-2, seed });
      assertClose("y", (await valueAndGradients(prefixMean, [x])).value, meansByLoop(x), { relative: 1e-5 });
    }),
    { numRuns },
  ));

onEveryBackend(
  "outerPrefixMean() equals its definition, finite differences and a loop",
  ({ runs: numRuns }) =>
    fc.assert(
      fc.asyncProperty(seed, few, size, few, few, async (seed, tasks, n, features, outputs) => {
        const [x, c] = normals(seed, [tasks, n, features], [tasks, n, outputs]) as [Values, Values];
        const tensor = tensorOf(x); // data: a function of c alone
        const op = (c: tf.Tensor): tf.Tensor => outerPrefixMean(tensor, c);
        await assertSameOp(op, (c) => outerPrefixMeanReference(tensor, c), [c], { relative: 1e-5 });
        await assertFiniteDifferences(op, [c], { relative: 1e-2, seed });
        const { value } = await valueAndGradients(op, [c]);
        tensor.dispose();
        assertClose("mean", { ...value, shape: [tasks, n, features * outputs] }, meansByLoop(outer(x, c)), {
          relative: 1e-5,
        });
      }),
      { numRuns },
    ),
);

function outer(x: Values, c: Values): Values {
  const [tasks, n, features] = x.shape as [number, number, number];
  const outputs = c.shape[2]!;
  const data = Float32Array.from({ length: tasks * n * features * outputs }, (_, i) => {
    const row = Math.floor(i / (features * outputs));
    return x.data[Math.floor(i / outputs)]! * c.data[row * outputs + i % outputs]!;
  });
  return { shape: [tasks, n, features * outputs], data };
}

function meansByLoop({ shape, data }: Values): Values {
  const [, n, features] = shape as [number, number, number];
  const means = data.map((_, i) => {
    const [position, task] = [Math.floor(i / features) % n, Math.floor(i / features / n)];
    let sum = 0;
    for (let j = 0; j <= position; j++) sum += data[(task * n + j) * features + i % features]!;
    return sum / (position + 1);
  });
  return { shape, data: means };
}

onEveryBackend("prefixMean() and outerPrefixMean() refuse other shapes", () =>
  tf.tidy(() => {
    assertThrows(() => prefixMean(tf.zeros([2, 3])), ShapeMismatch, "prefixMean(x)");
    assertThrows(() => outerPrefixMean(tf.zeros([2, 3, 4]), tf.zeros([2, 4, 1])), ShapeMismatch, "outerPrefixMean(c)");
  }), { backends: ["cpu"] });
