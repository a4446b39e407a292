import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import type { Tensor } from "@tensorflow/tfjs";
import { layerNorm, layerNormReference } from "../../lib/ops/mod.ts";
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

const plain = (x: Tensor, gain: Tensor, bias: Tensor): Tensor => layerNorm(x, gain, bias);

onEveryBackend("layerNorm() equals its definition and finite differences", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(seed, size, size, fc.constantFrom(1e-5, 1e-2), async (seed, rows, width, epsilon) => {
      const inputs = normals(seed, [rows, width], [width], [width]);
      const op = (x: Tensor, gain: Tensor, bias: Tensor) => layerNorm(x, gain, bias, epsilon);
      const reference = (x: Tensor, gain: Tensor, bias: Tensor) => layerNormReference(x, gain, bias, epsilon);
      // 1 / std reaches 300 where a row's entries nearly coincide, and multiplies what rounding leaves of sums that cancel
      await assertSameOp(op, reference, inputs, { relative: 1e-4, absolute: 1e-4 });
    }),
    { numRuns },
  ));

// Two entries that nearly coincide make a row as bent as its epsilon is small: differences need a wider one there.
onEveryBackend("layerNorm() has the gradient that finite differences show", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(seed, size, size, async (seed, rows, width) => {
      const inputs = normals(seed, [rows, width], [width], [width]);
      const op = (x: Tensor, gain: Tensor, bias: Tensor) => layerNorm(x, gain, bias, 1);
      await assertFiniteDifferences(op, inputs, { relative: 1e-2, seed });
    }),
    { numRuns },
  ));

onEveryBackend("layerNorm() gives rows of mean bias and standard deviation gain", async () => {
  const [x] = normals(5, [6, 9]) as [Values];
  const shifted = { ...x, data: x.data.map((u) => 100 + 3 * u) };
  const filled = (u: number): Values => ({ shape: [9], data: new Float32Array(9).fill(u) });
  const { value } = await valueAndGradients(plain, [shifted, filled(2), filled(-1)]);
  const rows = Array.from({ length: 6 }, (_, row) => [...value.data.slice(row * 9, row * 9 + 9)]);
  const means = rows.map((row) => row.reduce((sum, u) => sum + u, 0) / 9);
  const deviations = rows.map((row, i) => Math.sqrt(row.reduce((sum, u) => sum + (u - means[i]!) ** 2, 0) / 9));
  assertClose("mean", column(means), column(means.map(() => -1)), { relative: 1e-4 });
  assertClose("deviation", column(deviations), column(deviations.map(() => 2)), { relative: 1e-4 });
});

function column(data: number[]): Values {
  return { shape: [data.length], data: Float32Array.from(data) };
}

onEveryBackend("layerNorm() of a constant row is the bias, with finite gradients", async () => {
  const x = { shape: [2, 3], data: Float32Array.of(7, 7, 7, 0, 0, 0) };
  const [gain, bias] = normals(2, [3], [3]) as [Values, Values];
  const { value, gradients } = await valueAndGradients(plain, [x, gain, bias]);
  assertEquals([...value.data], [...bias.data, ...bias.data]);
  assert(gradients.every(({ data }) => data.every(Number.isFinite)));
});
