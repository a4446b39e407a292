import { assert, assertAlmostEquals, assertEquals, assertInstanceOf, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import fc from "fast-check";
import { StateNotUsable, TableNotUsable } from "../../mod.ts";
import { normals, uniforms } from "../../lib/random/mod.ts";
import { keyFor, purpose } from "../../mod.ts";
import type { LoadedRun } from "../../pipelines/loaded_run.ts";
import type { TableRow } from "../../pipelines/table_rows.ts";
import { decodeTable, encodeTable } from "../../pipelines/table_state.ts";
import { type TableContent, type TableShape, tableStream } from "../../pipelines/table_stream.ts";
import { failureOf } from "../files/_folder.ts";
import { streamsFlat } from "./_long_table.ts";
import { type Kind, runOf } from "./_runs.ts";

const run = Effect.runPromise;
const queries = [Float64Array.of(101, -3), Float64Array.of(95, -3.1), Float64Array.of(100, -2.9)];

function shapeOf(model: LoadedRun): TableShape {
  return { features: ["a", "b"], target: "y", queries: model.config.regime === "implicit" ? queries : [] };
}

function empty(shape: TableShape): TableContent {
  return { shape, classes: [], rows: 0, map: undefined, state: undefined, pending: [] };
}

/** Rows of two columns far from standard, and a target: a number, or one of three classes. */
function rowsOf(model: LoadedRun, count: number): TableRow[] {
  const key = keyFor(5, "table", 0);
  const drawn = normals(purpose(key, "x"), 3 * count), classes = uniforms(purpose(key, "class"), count);
  return Array.from({ length: count }, (_, i) => {
    const [a, b, noise] = drawn.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    const number = 1000 + 20 * a - 10 * b + noise;
    const target = model.family.loss === "squared-error" ? number : Math.floor(3 * classes[i]!);
    return { columns: Float64Array.of(100 + 5 * a, -3 + 0.1 * b), target };
  });
}

/** Predictions after all rows, saved and loaded again after so many of them. */
async function streamed(model: LoadedRun, rows: readonly TableRow[], cuts: readonly number[]) {
  let stream = tableStream(model, empty(shapeOf(model)));
  let at = 0;
  for (const cut of [...cuts, rows.length]) {
    await run(stream.add(rows.slice(at, cut)));
    at = cut;
    const bytes = await run(encodeTable(model, stream.content()));
    stream.dispose();
    stream = tableStream(model, await run(decodeTable(model, bytes, "test", shapeOf(model))));
  }
  const predictor = await run(stream.predictor);
  const predicted = await run(predictor.predict(queries, 0));
  const { batches } = predictor;
  predictor.dispose();
  stream.dispose();
  return { predicted, batches };
}

Deno.test("tableStream() predicts as the same mini-batches in memory do, bit for bit", async () => {
  const model = await runOf("trained");
  const rows = rowsOf(model, 8 * 20 + 3);
  const { predicted, batches } = await streamed(model, rows, []);
  // Centre and scale of the first 64 rows, y to the deviation of training.
  const first = rows.slice(0, 64);
  const standard = (values: readonly number[]) => {
    const centre = values.reduce((a, b) => a + b, 0) / values.length;
    return { centre, scale: 1 / Math.sqrt(values.reduce((a, b) => a + (b - centre) ** 2, 0) / values.length) };
  };
  const columns = [0, 1].map((i) => standard(first.map((row) => row.columns[i]!)));
  const y = standard(first.map((row) => row.target));
  const deviation = Math.sqrt(2 + 0.1 ** 2);
  const toX = (row: Float64Array) => columns.map(({ centre, scale }, i) => (row[i]! - centre) * scale);
  let state = model.init();
  for (let at = 0; at < rows.length; at += 8) {
    const batch = rows.slice(at, at + 8);
    const targets = batch.map((row) => [(row.target - y.centre) * (y.scale * deviation)]);
    state = model.refine(state, { x: batch.map((row) => toX(row.columns)), y: targets });
  }
  assertEquals(batches, 21);
  const expected = await model.predict(state, queries.map(toX));
  assertEquals(predicted, expected.map(([value]) => [value! / (y.scale * deviation) + y.centre]));
  for (const [i, query] of queries.entries()) {
    const truth = 1000 + 4 * (query[0]! - 100) - 100 * (query[1]! + 3);
    assertAlmostEquals(predicted[i]![0]!, truth, 6);
  }
});

for (const kind of ["trained", "implicit", "classes"] as const satisfies readonly Kind[]) {
  Deno.test(`tableStream() goes on from its saved content as if it had never stopped: ${kind}`, async () => {
    const model = await runOf(kind);
    const tensors = tf.memory().numTensors;
    const rows = rowsOf(model, 90);
    const whole = await streamed(model, rows, []);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(90), { maxLength: 3 }), async (cuts) => {
        assertEquals(await streamed(model, rows, cuts.sort((a, b) => a - b)), whole);
      }),
      { numRuns: 8 },
    );
    assertNotEquals(await streamed(model, rows.slice(0, 89), []), whole);
    assertEquals(tf.memory().numTensors, tensors);
    model.dispose();
  });
}

Deno.test("tableStream() refuses more columns and more classes than trained for, and values far from the first", async () => {
  const model = await runOf("classes");
  const stream = tableStream(model, empty(shapeOf(model)));
  assertEquals(["x", "y", "x", "z"].map(stream.classOf), [0, 1, 0, 2]);
  assertInstanceOf(await failureOf(Effect.try({ try: () => stream.classOf("w"), catch: (e) => e })), TableNotUsable);
  const wide = { ...shapeOf(model), features: ["a", "b", "c"] };
  assertInstanceOf(
    await failureOf(Effect.try({ try: () => tableStream(model, empty(wide)), catch: (e) => e })),
    TableNotUsable,
  );
  const trained = await runOf("trained");
  const far = tableStream(trained, empty(shapeOf(trained)));
  await run(far.add(rowsOf(trained, 64)));
  const outlier = { columns: Float64Array.of(1e12, 0), target: 1000 };
  assertInstanceOf(await failureOf(far.add(Array(8).fill(outlier))), TableNotUsable);
  assertInstanceOf(await failureOf(tableStream(trained, empty(shapeOf(trained))).predictor), TableNotUsable);
});

Deno.test("tableStream() leaves out a column that does not vary", async () => {
  const model = await runOf("trained");
  const rows = rowsOf(model, 80).map(({ columns, target }) => ({ columns: Float64Array.of(columns[0]!, 7), target }));
  const { predicted } = await streamed(model, rows, []);
  const [one, other] = queries as [Float64Array, Float64Array, Float64Array];
  assert(Math.abs(predicted[0]![0]! - 1004) < 15);
  assert(one[1] !== other[1]);
  assert(predicted.flat().every(Number.isFinite));
});

Deno.test("decodeTable() refuses states of other runs, columns and queries, and what is no state", async () => {
  const [model, other] = [await runOf("trained"), await runOf("implicit")];
  const shape = shapeOf(model);
  const stream = tableStream(model, empty(shape));
  await run(stream.add(rowsOf(model, 70)));
  const bytes = await run(encodeTable(model, stream.content()));
  const refused = async (of: LoadedRun, data: Uint8Array, shape: TableShape, part: string) => {
    const tensors = tf.memory().numTensors;
    const error = await failureOf(decodeTable(of, data, "s.safetensors", shape));
    assertInstanceOf(error, StateNotUsable);
    assert(error.message.includes(part), error.message);
    assertEquals(tf.memory().numTensors, tensors);
  };
  await refused(other, bytes, shapeOf(other), "another run");
  await refused(model, bytes, { ...shape, target: "z" }, "columns");
  await refused(model, bytes, { ...shape, features: ["a", "c"] }, "columns");
  await refused(model, bytes.slice(0, -1), shape, "damaged");
  await refused(model, await Deno.readFile("fixtures/runs/regression_2d/best.safetensors"), shape, "no state");
  await refused(model, await model.saveState(model.init()), shape, "without a table");
  const implicit = tableStream(other, empty(shapeOf(other)));
  await run(implicit.add(rowsOf(other, 70)));
  const held = await run(encodeTable(other, implicit.content()));
  const changed = [...queries.slice(1), Float64Array.of(0, 0)];
  await refused(other, held, { ...shapeOf(other), queries: changed }, "its own 3 queries");
  await refused(other, held, { ...shapeOf(other), queries: queries.slice(1) }, "its own 3 queries");
});

Deno.test("tableStream() holds no more after 5,000 rows of a CSV file than after a few, and equals memory", () =>
  streamsFlat(5_003, { megabytes: 40 }));
