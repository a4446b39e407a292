import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { linearGelu, linearGeluReference } from "../../lib/ops/mod.ts";
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

onEveryBackend("linearGelu() equals its definition and finite differences", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(seed, size, size, size, async (seed, rows, n, m) => {
      const inputs = normals(seed, [rows, n], [n, m], [m]);
      await assertSameOp(linearGelu, linearGeluReference, inputs, { relative: 1e-5 });
      await assertFiniteDifferences(linearGelu, inputs, { relative: 1e-2, seed });
    }),
    { numRuns },
  ));

/** A column of numbers as x, with w = 1 and b = 0. */
function alone(...numbers: number[]): Values[] {
  const column = (data: number[], ...shape: number[]): Values => ({ shape, data: Float32Array.from(data) });
  return [column(numbers, numbers.length, 1), column([1], 1, 1), column([0], 1)];
}

onEveryBackend("linearGelu() has the exact (erf) form's published values", async () => {
  const { value } = await valueAndGradients(linearGelu, alone(-3, -1, -0.5, 0, 0.5, 1, 3));
  // u Φ(u) with Φ from a table of the normal distribution
  const data = Float32Array.of(-0.00404969, -0.15865525, -0.15426877, 0, 0.34573123, 0.84134475, 2.99595031);
  assertClose("gelu", value, { shape: [7, 1], data }, { relative: 1e-6 });
});

onEveryBackend("linearGelu() is 0 far left and the identity far right, with gradients 0 and 1", async () => {
  const { value, gradients } = await valueAndGradients(linearGelu, alone(-1e4, -40, 40, 1e4));
  assertEquals([...value.data].map(Math.abs), [0, 0, 40, 1e4]);
  const dx = [...gradients[0]!.data];
  assertEquals(dx.slice(0, 2).map(Math.abs), [0, 0]);
  assert(dx[2] !== 0 && Number.isFinite(dx[2]) && dx[3] !== 0 && Number.isFinite(dx[3]));
});

onEveryBackend("linearGelu() lets NaN through, forward and back", async () => {
  const { value, gradients } = await valueAndGradients(linearGelu, alone(1, NaN));
  assertEquals([...value.data].map(Number.isNaN), [false, true]);
  assertEquals(gradients.map(({ data }) => data.some(Number.isNaN)), [true, true, true]);
});
