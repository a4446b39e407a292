import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { SharedBuffer } from "../../lib/errors/shared_buffer.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { accumulate } from "../../lib/ops/mod.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

onEveryBackend(
  "accumulate() adds name by name, in sizes that no vector divides, and owns what it gives back",
  async () => {
    await assertNoLeak(async () => {
      const sizes = [1, 3, 4, 7, 33];
      let sums: Record<string, tf.Tensor> = {};
      for (const factor of [1, 10, 100]) {
        const terms = sizes.map((size) => [`${size}`, tf.tensor1d(Array.from({ length: size }, (_, i) => factor * i))]);
        sums = accumulate(sums, Object.fromEntries(terms));
      }
      for (const size of sizes) {
        assertEquals([...await sums[size]!.data()], Array.from({ length: size }, (_, i) => 111 * i));
      }
      tf.dispose(sums);
    });
  },
  { kernels: registerKernels },
);

onEveryBackend("accumulate() keeps names that only one side has", async () => {
  const sums = accumulate({ a: tf.ones([2]) }, { b: tf.fill([2], 2) });
  assertEquals([[...await sums["a"]!.data()], [...await sums["b"]!.data()]], [[1, 1], [2, 2]]);
  tf.dispose(sums);
}, { backends: ["cpu"] });

onEveryBackend("accumulate() gives each sum a buffer of its own, whatever the terms share", async () => {
  await assertNoLeak(async () => {
    const same = tf.ones([3]), view = same.reshape([1, 3]);
    let sums = accumulate({}, { a: same, b: same, c: view });
    sums = accumulate(sums, { a: tf.fill([3], 1), b: tf.fill([3], 2), c: tf.fill([1, 3], 3) });
    assertEquals(await Promise.all(["a", "b", "c"].map(async (name) => (await sums[name]!.data())[0])), [2, 3, 4]);
    tf.dispose(sums);
  });
}, { kernels: registerKernels });

onEveryBackend(
  "accumulate() works in place where there is a kernel, and not on a buffer that somebody else holds",
  () => {
    const sums = accumulate({}, { a: tf.ones([5]), b: tf.ones([2]) });
    const next = accumulate(sums, { a: tf.ones([5]) });
    assertStrictEquals(next["a"], sums["a"]);
    const clone = next["b"]!.clone(), terms = { a: tf.ones([5]), b: tf.ones([2]) };
    assertThrows(() => accumulate(next, terms), SharedBuffer, "AmortizeAccumulate");
    assertEquals([...next["a"]!.dataSync()], [2, 2, 2, 2, 2]); // nothing is written
    tf.dispose([clone, terms.a, terms.b, ...Object.values(next)]);
  },
  { backends: ["wasm"], kernels: registerKernels },
);
