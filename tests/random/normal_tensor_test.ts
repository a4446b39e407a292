import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { keyFor, normals, normalTensor, uniforms, uniformTensor } from "../../lib/random/mod.ts";

Deno.test("normalTensor() and uniformTensor() hold the numbers of normals() and uniforms(), and nothing else", async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
  const key = keyFor(1, "training", 0);
  const before = tf.memory().numTensors;
  for (
    const [tensor, values] of [
      [normalTensor(key, [2, 3, 4]), normals(key, 24)],
      [normalTensor(key, [], 5), normals(key, 1, 5)],
      [uniformTensor(key, [3, 2], 7), uniforms(key, 6, 7)],
    ] as const
  ) {
    assertEquals(tensor.dtype, "float32");
    assertEquals(await tensor.data(), values);
    tensor.dispose();
  }
  assertEquals(tf.memory().numTensors, before);
  const scalar = normalTensor(key, []);
  assertEquals(scalar.shape, []);
  scalar.dispose();
});
