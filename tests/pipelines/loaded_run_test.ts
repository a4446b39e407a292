import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadRun, ShapeMismatch } from "../../mod.ts";

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
  model.refine(state, { x, y }).dispose();
});
