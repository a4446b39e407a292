import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { WrongUse } from "../../lib/errors/mod.ts";
import { keyFor, purpose } from "../../lib/random/mod.ts";
import type { ObserveRequest } from "../../lib/stages/mod.ts";
import { chooseImages } from "../../lib/tasks/_choose_images.ts";
import {
  heldOutShare,
  imageClassification,
  type ImageTask,
  type LabelledData,
  type LabelledRows,
} from "../../lib/tasks/mod.ts";

/** Rows of three numbers: the row's own, and two of noise. */
function rows(count: number, from: number): LabelledRows {
  const values = Float32Array.from(
    { length: 3 * count },
    (_, i) => i % 3 === 0 ? from + i / 3 : Math.sin(7 * i + from),
  );
  return { count, size: 3, values, labels: Uint8Array.from({ length: count }, (_, i) => i % 10) };
}

const data: LabelledData = { train: rows(200, 0), test: rows(50, 1000) };
const family = imageClassification("numbers", { dimension: 3, labels: "map" }, data);
const key = keyFor(3, "training", 0);
const range = { first: 0, count: 4 };

/** With the projection undone, the number of the row that each observation shows. */
function rowsSeen(request: Pick<ObserveRequest, "role" | "split">): number[] {
  return tf.tidy(() => {
    const map = tf.eye(10).expandDims<tf.Tensor3D>(0).tile([4, 1, 1]) as tf.Tensor3D;
    const projection = tf.eye(3).expandDims<tf.Tensor3D>(0).tile([4, 1, 1]) as tf.Tensor3D;
    const { x } = family.observe({ projection, map }, { key, range, count: 300, ...request });
    const first = [...x.slice([0, 0, 0], [-1, -1, 1]).dataSync()];
    const { mean, scale } = numbersStatistics();
    return first.map((value) => Math.round(value / scale + mean));
  });
}

Deno.test("imageClassification() shows no training query among its task's contexts, and every image as both over tasks", () => {
  const asContext = new Set<number>(), asQuery = new Set<number>();
  for (let iteration = 0; iteration < 20; iteration++) {
    const key = keyFor(3, "training", iteration);
    const draw = (name: string, role: ObserveRequest["role"]) =>
      chooseImages(data, { key: purpose(key, name), range, count: 90, role, split: "training" }).chosen;
    const contexts = [draw("context 0", "context"), draw("context 1", "context")], queries = draw("queries", "query");
    for (let task = 0; task < range.count; task++) {
      const of = (chosen: Int32Array) => chosen.subarray(task * 90, (task + 1) * 90);
      const context = new Set(contexts.flatMap((chosen) => [...of(chosen)]));
      assertEquals([...of(queries)].filter((row) => context.has(row)), []);
      context.forEach((row) => asContext.add(row));
      of(queries).forEach((row) => asQuery.add(row));
    }
  }
  const all = Array.from({ length: 180 }, (_, row) => row);
  for (const seen of [asContext, asQuery]) assertEquals([...seen].sort((a, b) => a - b), all);
});

function numbersStatistics(): { mean: number; scale: number } {
  const { train } = data;
  const columns = [0, 1, 2].map((c) => Array.from({ length: 200 }, (_, i) => train.values[3 * i + c]!));
  const means = columns.map((column) => column.reduce((a, b) => a + b) / 200);
  const squares = columns.reduce((sum, column, c) => sum + column.reduce((a, x) => a + (x - means[c]!) ** 2, 0), 0);
  return { mean: means[0]!, scale: 1 / Math.sqrt(squares / 200) };
}

Deno.test("imageClassification() keeps test rows, and some training rows, from training", async () => {
  await tf.setBackend("cpu");
  const trained = 200 * (1 - heldOutShare);
  const below = (seen: number[], from: number, to: number) => seen.every((row) => row >= from && row < to);
  assert(below(rowsSeen({ role: "context", split: "training" }), 0, trained));
  assert(below(rowsSeen({ role: "query", split: "training" }), 0, trained));
  assert(below(rowsSeen({ role: "context", split: "validation" }), 0, trained));
  assert(below(rowsSeen({ role: "query", split: "validation" }), trained, 200));
  assert(below(rowsSeen({ role: "query", split: "evaluation" }), 1000, 1050));
  const contexts = rowsSeen({ role: "context", split: "evaluation" });
  assert(below(contexts, 0, 200) && contexts.some((row) => row >= trained));
});

Deno.test("imageClassification() draws a range alone as the same rows of a larger draw", async () => {
  await tf.setBackend("cpu");
  const read = (first: number, count: number): number[][] => {
    const part = { first, count };
    const drawn = family.drawTasks(key, part);
    const { x, y } = family.observe(drawn, { key, range: part, count: 5, role: "context", split: "training" });
    const result = [drawn.map, drawn.projection, x, y].map((tensor) => [...tensor.dataSync()]);
    tf.dispose([drawn, x, y]);
    return result;
  };
  const whole = read(0, 4), part = read(2, 2);
  whole.forEach((values, i) => assertEquals(values.slice(values.length / 2), part[i]));
});

Deno.test("imageClassification() maps classes: a map may merge some, a permutation none, neither splits one", async () => {
  await tf.setBackend("cpu");
  for (const labels of ["map", "permutation"] as const) {
    const drawn = imageClassification("numbers", { dimension: 3, labels }, data)
      .drawTasks(key, { first: 0, count: 30 }) as ImageTask;
    const map = drawn.map.arraySync();
    map.forEach((task) => task.forEach((row) => assertEquals(row.reduce((a, b) => a + b), 1)));
    const merged = map.filter((task) => new Set(task.map((row) => row.indexOf(1))).size < 10).length;
    assertEquals(merged > 0, labels === "map");
    tf.dispose(drawn);
  }
});

Deno.test("imageClassification() gives inputs of mean 0 and variance about 1", async () => {
  await tf.setBackend("cpu");
  const many = { first: 0, count: 200 };
  const drawn = family.drawTasks(key, many);
  const { x, y } = family.observe(drawn, { key, range: many, count: 20, role: "context", split: "evaluation" });
  const { mean, variance } = tf.moments(x);
  assert(Math.abs(mean.dataSync()[0]!) < 0.1);
  assert(Math.abs(variance.dataSync()[0]! - 1) < 0.2);
  tf.dispose([drawn, x, y, mean, variance]);
});

Deno.test("imageClassification() without data knows its sizes and draws nothing", () => {
  const described = imageClassification("numbers", { dimension: 7, labels: "map" }, undefined);
  assertEquals([described.features, described.outputs], [7, 10]);
  assertThrows(() => described.drawTasks(key, range), WrongUse);
});
