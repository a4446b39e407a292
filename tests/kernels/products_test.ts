import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import { useBlas } from "../../lib/kernels/mod.ts";
import {
  assertClose,
  few,
  forAll,
  normals,
  openWasm,
  productOf,
  runKernel,
  seed,
  size,
  withAndWithoutBlas,
} from "./_wasm.ts";

const inner = fc.oneof(size, fc.integer({ min: 250, max: 530 })); // beyond one block of the inner axis, too
const boolean = fc.boolean();

withAndWithoutBlas(
  "BatchMatMul is the product, whatever the shapes and transposes",
  () =>
    forAll([size, size, inner, boolean, boolean, seed], (m, n, k, ta, tb, s) => {
      const [a, b] = normals(s, ta ? [k, m] : [m, k], tb ? [n, k] : [k, n]);
      const [y] = runKernel("BatchMatMul", { a: a!, b: b! }, { transposeA: ta, transposeB: tb });
      assertClose(y!, productOf(a!.data, b!.data, [m, n, k], [ta, tb]), 1e-4);
    }),
);

withAndWithoutBlas("BatchMatMul crosses the blocks of rows and columns", () => {
  for (const [m, n, k] of [[97, 515, 9], [200, 1030, 5], [385, 3, 257]] as const) {
    const [a, b] = normals(m, [m, k], [k, n]);
    const [y] = runKernel("BatchMatMul", { a: a!, b: b! }, { transposeA: false, transposeB: false });
    assertClose(y!, productOf(a!.data, b!.data, [m, n, k]), 1e-4);
  }
});

withAndWithoutBlas(
  "BatchMatMul broadcasts the leading axes",
  () =>
    forAll([few, few, boolean, boolean, boolean, boolean, seed], (p, q, aHasP, bHasP, ta, tb, s) => {
      const [m, n, k] = [1 + s % 7, 1 + s % 5, 1 + s % 11];
      const [left, right] = [aHasP ? [p, q] : [1, q], bHasP ? [p, 1] : [q]];
      const [a, b] = normals(s, [...left, ...(ta ? [k, m] : [m, k])], [...right, ...(tb ? [n, k] : [k, n])]);
      const y = runKernel("BatchMatMul", { a: a!, b: b! }, { transposeA: ta, transposeB: tb })[0]!;
      const ps = aHasP || bHasP ? p : 1;
      assertEquals(y.length, ps * q * m * n);
      for (let i = 0; i < ps * q; i++) {
        const [iP, iQ] = [Math.floor(i / q), i % q];
        const ai = aHasP ? i : iQ, bi = bHasP ? iP : iQ;
        const [x, z] = [a!.data.subarray(ai * m * k, (ai + 1) * m * k), b!.data.subarray(bi * k * n, (bi + 1) * k * n)];
        assertClose(y.subarray(i * m * n, (i + 1) * m * n), productOf(x, z, [m, n, k], [ta, tb]), 1e-4);
      }
    }),
);

withAndWithoutBlas("BatchMatMul of nothing is zeros or nothing, and NaN comes through", () => {
  const none = { shape: [3, 0], data: new Float32Array(0) }, nan = { shape: [1, 1], data: Float32Array.of(NaN) };
  const plain = { transposeA: false, transposeB: false };
  const wide = { shape: [0, 20], data: none.data }, one = { shape: [1, 20], data: new Float32Array(20).fill(1) };
  assertEquals(runKernel("BatchMatMul", { a: none, b: wide }, plain)[0], new Float32Array(60));
  assertEquals(
    runKernel("BatchMatMul", { a: wide, b: { shape: [20, 3], data: new Float32Array(60) } }, plain)[0]!.length,
    0,
  );
  assertEquals(runKernel("BatchMatMul", { a: nan, b: one }, plain)[0], new Float32Array(20).fill(NaN));
});

Deno.test("useBlas() sends large products to the library, and small ones and none after undefined", async () => {
  await openWasm();
  let calls = 0;
  const counting = { path: "", description: "", close: () => {}, on: () => () => void calls++ };
  const product = (n: number) => tf.tidy(() => void tf.matMul(tf.ones([n, n]), tf.ones([n, n])));
  useBlas(counting);
  try {
    product(40);
    assertEquals(calls, 1);
    product(2);
    assertEquals(calls, 1);
  } finally {
    useBlas(undefined);
  }
  product(40);
  assertEquals(calls, 1);
});
