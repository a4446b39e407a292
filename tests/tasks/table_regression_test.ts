import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect, Result, Schema } from "effect";
import fc from "fast-check";
import { keyFor } from "../../lib/random/mod.ts";
import {
  fitTableScaler,
  imageTable,
  LinearRegression,
  linearRegression,
  paddedColumns,
  TableRegression,
  tableRegression,
} from "../../lib/tasks/mod.ts";

await tf.setBackend("cpu");

const key = keyFor(2, "training", 0);
const c = Effect.runSync(Schema.decodeUnknownEffect(TableRegression)({ features: 5 }));

function drawn(settings: TableRegression, first: number, count: number, observations: number) {
  const family = tableRegression(settings);
  const range = { first, count };
  const tasks = family.drawTasks(key, range);
  const seen = family.observe(tasks, { key, range, count: observations, role: "context", split: "training" });
  return { tasks, ...seen };
}

Deno.test("tableRegression() draws a task alone as among others", async () => {
  const whole = drawn(c, 0, 6, 4), part = drawn(c, 2, 3, 4);
  assertEquals(await part.x.data(), await whole.x.slice([2, 0, 0], [3, -1, -1]).data());
  assertEquals(await part.y.data(), await whole.y.slice([2, 0, 0], [3, -1, -1]).data());
});

Deno.test("tableRegression() gives y and columns unit variance, zero columns, and the shares asked for", async () => {
  const { tasks, x, y } = drawn({ ...c, scalerRows: 1e6 }, 0, 80, 300);
  const { mean, variance } = tf.moments(y, [1]);
  assert((await mean.abs().max().data())[0]! < 0.4);
  assertAlmostEquals((await variance.mean().data())[0]!, 1, 0.03);
  const columns = await tf.moments(x.slice([0, 0, 0], [-1, -1, 5]), [1]).variance.array() as unknown as number[][];
  const present = columns.map((task) => task.filter((v) => v > 0).length);
  assertEquals([...new Set(present)].sort(), [1, 2, 3, 4, 5]);
  assert(columns.flat().every((v) => v === 0 || (v > 0.7 && v < 1.4)));
  const shares = await tasks.noise.square().data();
  assert(shares.every((share) => share > 0.0099 && share < 0.801));
  // What is left when the signal is taken away is the noise.
  const signal = x.slice([0, 0, 0], [-1, -1, 5]).mul(tasks.scaleX).add<tf.Tensor3D>(tasks.centreX).matMul(tasks.w);
  const rest = await tf.moments(y.mul(tasks.scaleY).add(tasks.centreY).sub(signal), [1]).variance.data();
  rest.forEach((value, task) => assertAlmostEquals(value / shares[task]!, 1, 0.4));
});

Deno.test("tableRegression() centres and scales a little off, as few rows would, x and y alike", async () => {
  const { tasks, x, y } = drawn({ ...c, scalerRows: 64, noise: [1e-6, 1e-6] }, 0, 60, 300);
  const meanY = await tf.moments(y, [1]).mean.data<"float32">();
  const spread = Math.sqrt(meanY.reduce((sum, value) => sum + value ** 2, 0) / meanY.length);
  assert(spread > 0.08 && spread < 0.2, `${spread}`); // √(1/64 + 1/300) is 0.14
  // Without noise the rows that are off in x are off in y by w times that: no constant is left for a linear fit.
  const fit = x.slice([0, 0, 0], [-1, -1, 5]).mul(tasks.scaleX).matMul(tasks.w).div(tasks.scaleY);
  assert((await fit.sub(y).abs().max().data())[0]! < 0.02);
});

Deno.test("TableRegression refuses noise the wrong way round", () => {
  const decode = Schema.decodeUnknownResult(TableRegression);
  assert(Result.isFailure(decode({ noise: [0.5, 0.1] })));
  assert(Result.isSuccess(decode({ noise: [0.1, 0.5] })));
});

Deno.test("fitTableScaler() gives mean 0 and variance 1, or rows of unit length, whatever the units", () => {
  const unit = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(unit, unit), { minLength: 2, maxLength: 20 }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      (pairs, size) => {
        const rows = pairs.map(([a, b]) => Float64Array.of(a * size, 5 * size + b));
        for (const scaling of ["each", "together"] as const) {
          const { centre, scale } = fitTableScaler(rows, scaling);
          const scaled = rows.map((row) => row.map((value, i) => (value - centre[i]!) * scale[i]!));
          const mean = (of: (row: Float64Array) => number) =>
            scaled.reduce((sum, row) => sum + of(row), 0) / rows.length;
          for (const i of [0, 1]) assertAlmostEquals(mean((row) => row[i]!), 0, 1e-6);
          if (scaling === "each") {
            for (const i of [0, 1]) assertAlmostEquals(mean((row) => row[i]! ** 2), Number(scale[i]! > 0), 1e-6);
          } else if (scale[0]! > 0) assertAlmostEquals(mean((row) => row[0]! ** 2 + row[1]! ** 2), 1, 1e-6);
        }
      },
    ),
  );
});

Deno.test("fromTable maps columns to features: padded, with a constant, or projected the same for the same key", () => {
  assertEquals([...paddedColumns(2, { features: 3, constant: true }).matrix], [1, 0, 0, 0, 1, 0]);
  assertEquals([...tableRegression(c).fromTable!.features(key, 1).offset], [0, 0, 0, 0, 0, 1]);
  const linear = linearRegression(Schema.decodeUnknownSync(LinearRegression)({})).fromTable!;
  assertEquals([...linear.features(key, 1).offset].some((value) => value !== 0), false);
  const image = imageTable({ pixels: 784, dimension: 20, classes: 10 });
  const [one, again, other] = [key, key, keyFor(3, "training", 0)].map((k) => image.features(k, 784).matrix);
  assertEquals(one, again);
  assert(one!.some((value, i) => value !== other![i]));
  assertAlmostEquals(one!.reduce((sum, value) => sum + value ** 2, 0) / one!.length, 1, 0.05);
});
