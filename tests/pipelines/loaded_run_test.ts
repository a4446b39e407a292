import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/files/mod.ts";
import {
  CheckpointCorrupt,
  InvalidConfiguration,
  loadRun,
  ShapeMismatch,
  StateNotUsable,
  TableNotUsable,
} from "../../mod.ts";
import { averageGrowth } from "../../lib/stages/mod.ts";
import linearRegression from "../../pipelines/linear_regression.ts";
import { loadedRun } from "../../pipelines/loaded_run.ts";
import forward from "../../fixtures/runs/regression_2d/forward.json" with { type: "json" };

const path = "fixtures/runs/regression_2d/best.safetensors";
const x = Array.from({ length: 8 }, (_, i) => [Math.sin(3 * i), Math.cos(5 * i)]);
const y = x.map(([a, b]) => [2 * a! - b!]);

Deno.test("loadRun() refines the same from a file and from bytes, and leaks nothing", async () => {
  (await loadRun(path)).dispose(); // opens the device
  const predictions: number[][][] = [];
  for (const source of [path, await Deno.readFile(path)]) {
    const before = tf.memory().numTensors;
    const model = await loadRun(source);
    const states = [model.init()];
    for (let step = 0; step < 5; step++) states.push(model.refine(states[step]!, { x, y }));
    predictions.push(await model.predict(states.at(-1)!, [[1, 1], [0.5, -0.5]]));
    for (const state of states) state.dispose();
    model.dispose();
    assertEquals(tf.memory().numTensors, before);
  }
  assertEquals(predictions[0], predictions[1]);
  assertAlmostEquals(predictions[0]![1]![0]!, 1.5, 0.3);
});

Deno.test("LoadedRun.refine() refuses wrong shapes, leaks nothing, and goes on working", async () => {
  const model = await loadRun(path);
  const state = model.init();
  const before = tf.memory().numTensors;
  assertThrows(() => model.refine(state, { x, y: y.slice(1) }), ShapeMismatch);
  assertThrows(() => model.refine(state, { x: [[1, 2], [3]], y: [[1], [2]] }), ShapeMismatch);
  assertThrows(() => model.refine(state, { x: x.map((row) => [...row, 0]), y }), ShapeMismatch);
  assertThrows(() => model.refine(state, { x: tf.zeros([3, 8, 2]), y: tf.zeros([3, 8, 1]) }), ShapeMismatch);
  assertEquals(tf.memory().numTensors, before + 2); // the two that the last line made
  const kept = tf.memory().numTensors;
  for (const wrong of [NaN, Infinity, undefined as unknown as number]) {
    const error = assertThrows(() => model.refine(state, { x, y: [[wrong], ...y.slice(1)] }), TableNotUsable);
    assertStringIncludes(error.message, "batch.y[0][0]: expected a finite number");
    assertThrows(() => model.refine(state, { x: [...x.slice(1), [1, wrong]], y }), TableNotUsable);
  }
  assertStringIncludes(
    assertThrows(() => model.refine(state, { x: [], y: [] }), ShapeMismatch).message,
    "at least one row",
  );
  await assertRejects(() => model.predict(state, []), ShapeMismatch);
  await assertRejects(() => model.predict(state, [[0, NaN]]), TableNotUsable);
  assertEquals(tf.memory().numTensors, kept);
  model.refine(state, { x, y }).dispose();
});

Deno.test("LoadedRun.refine() gives the states that PyTorch does: fixtures/runs/forward.py", async () => {
  const model = await loadRun(path);
  let state = model.init();
  for (const [k, expected] of forward.states.entries()) {
    state = model.refine(state, { x: forward.x[k]!, y: forward.y[k]! });
    const theta = await state.tensors["theta"]!.data();
    expected.forEach((value, i) => assertAlmostEquals(theta[i]!, value, 2e-6, `step ${k}`));
  }
});

Deno.test("LoadedRun.predict() averages states from step K on, with weights that grow, and by itself up to K", async () => {
  const model = await loadRun(path);
  let state = model.init();
  const thetas: number[][] = [];
  const step = async () => {
    state = model.refine(state, { x, y: y.map(([value]) => [value! + Math.sin(thetas.length)]) });
    thetas.push([...await state.tensors["theta"]!.data()]);
  };
  for (let k = 1; k <= 5; k++) await step();
  assertEquals(await model.predict(state, x), await model.predict(state, x, { average: false }));
  for (let k = 6; k <= 8; k++) await step();
  // The last four states; each weighs (1 + g) / (n + g) when it comes, and what was before the rest.
  const expected = thetas.slice(4).reduce((mean, theta, i) => {
    const weight = (1 + averageGrowth) / (i + 1 + averageGrowth);
    return mean.map((m, j) => m + weight * (theta[j]! - m));
  }, thetas[4]!);
  const average = await model.predict(state, [[1, 0], [0, 1]]);
  average.forEach(([value], i) => assertAlmostEquals(value!, expected[i]!, 1e-5));
  assert(Math.abs(average[0]![0]! - (await model.predict(state, [[1, 0]], { average: false }))[0]![0]!) > 1e-3);
});

Deno.test("LoadedRun.loadState() gives back what saveState() wrote, as promise and effect, to the same run only", async () => {
  const model = await loadRun(path);
  let state = model.init({ tasks: 2 });
  const batch = { x: tf.tensor3d([x, x]), y: tf.tensor3d([y, y.map(([v]) => [-v!])]) };
  for (let k = 0; k < 7; k++) state = await Effect.runPromise(model.refineEffect(state, batch));
  const bytes = await model.saveState(state);
  assertEquals(await Effect.runPromise(model.saveStateEffect(state)), bytes);
  const loaded = await model.loadState(bytes);
  const next = async (from: typeof state) =>
    await model.predictTensor(model.refine(from, batch), tf.tensor3d([x, x])).data();
  assertEquals(await next(loaded), await next(state));
  const other = await loadRun(path);
  other.weights["decoder.bias"]!.dispose();
  const changed = { ...other.weights, "decoder.bias": tf.ones([2]) };
  const retrained = loadedRun({
    identity: model.identity,
    config: model.config,
    built: linearRegression.build(model.config as never),
    weights: changed,
  });
  const error = await retrained.loadState(bytes).then(() => undefined, (error) => error);
  assertInstanceOf(error, StateNotUsable);
});

Deno.test("loadRun() refuses an identity that is no JSON or none, and weights of another type", async () => {
  const { tensors, metadata: { format: _format, checksum: _checksum, ...metadata } } = await Effect.runPromise(
    decodeCheckpoint(await Deno.readFile(path)),
  );
  const load = async (changed: typeof tensors, identity: string) =>
    await loadRun(await Effect.runPromise(encodeCheckpoint(changed, { ...metadata, identity })));
  await assertRejects(() => load(tensors, "{torn"), InvalidConfiguration, "not JSON");
  await assertRejects(() => load(tensors, "{}"), InvalidConfiguration, "lacks a pipeline");
  await assertRejects(() => load(tensors, "null"), InvalidConfiguration, "lacks a pipeline");
  const [name] = Object.keys(tensors);
  const double = {
    dtype: "F64",
    shape: tensors[name!]!.shape,
    data: Float64Array.from(tensors[name!]!.data as Float32Array),
  };
  const wrong = { ...tensors, [name!]: double } as typeof tensors;
  await assertRejects(() => load(wrong, metadata["identity"]!), CheckpointCorrupt, "F64");
});
