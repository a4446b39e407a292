import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { onEveryBackend, tensorOf } from "../backends.ts";
import { normals, productOf, type Values } from "./_wasm.ts";
import { assertNear, withBothTilings } from "./_webgpu.ts";

withBothTilings("BatchMatMul equals plain loops, whatever is transposed or shared by all", async (kernel) => {
  const m = 5, n = 67, k = 3, both = [false, true];
  for (const transposeA of both) {
    for (const transposeB of both) {
      const [aBatch, bBatch] = [transposeA ? 3 : 1, transposeA && transposeB ? 1 : 3];
      const shapes = [transposeA ? [aBatch, k, m] : [aBatch, m, k], transposeB ? [bBatch, n, k] : [bBatch, k, n]];
      const [a, b] = normals(1, ...shapes) as [Values, Values];
      const [y] = await kernel("BatchMatMul", { a, b }, { transposeA, transposeB });
      const wanted = [0, 1, 2].flatMap((i) => {
        const ai = a.data.subarray(i % aBatch * m * k), bi = b.data.subarray(i % bBatch * k * n);
        return [...productOf(ai.subarray(0, m * k), bi.subarray(0, k * n), [m, n, k], [transposeA, transposeB])];
      });
      assertNear(`${transposeA} ${transposeB}`, y!, wanted);
    }
  }
});

onEveryBackend("matMul of a long sum has equal bits twice, and whole numbers stay tfjs's", async () => {
  const [x, y] = normals(2, [2100, 3], [2100, 2]).map(tensorOf) as [tf.Tensor, tf.Tensor];
  const results = [tf.matMul(x, y, true), tf.matMul(x, y, true)];
  const [a, b] = await Promise.all(results.map((result) => result.data<"float32">()));
  assertEquals(a, b);
  const whole = tf.ones([2, 3], "int32"), other = tf.matMul(whole, whole, false, true);
  assertEquals([...await other.data()], [3, 3, 3, 3]);
  tf.dispose([x, y, ...results, whole, other]);
}, { backends: ["webgpu"], kernels: registerKernels });

onEveryBackend("Sum and Mean over any neighbouring axes are sums of columns, and other axes stay tfjs's", async () => {
  const [x] = normals(3, [5, 7, 33]) as [Values], tensor = tensorOf(x);
  const axes = [[0], [0, 1], [1], [2], [0, 2]], kept = [[7, 33], [33], [5, 33], [5, 7], [7]];
  for (const [i, axis] of axes.entries()) {
    const sum = tensor.sum(axis), mean = tensor.mean(axis, true), count = x.data.length / sum.size;
    const wanted = new Float64Array(sum.size);
    x.data.forEach((u, at) => {
      const place = [Math.floor(at / 231), Math.floor(at / 33) % 7, at % 33].filter((_, a) => !axis.includes(a));
      wanted[place.reduce((sum, p, d) => sum * kept[i]![d]! + p, 0)]! += u;
    });
    assertEquals([sum.shape, mean.shape], [kept[i], x.shape.map((n, a) => axis.includes(a) ? 1 : n)]);
    assertNear(`sum ${axis}`, await sum.data<"float32">(), wanted);
    assertNear(`mean ${axis}`, await mean.data<"float32">(), wanted.map((u) => u / count));
    tf.dispose([sum, mean]);
  }
  tensor.dispose();
}, { backends: ["webgpu"], kernels: registerKernels });
