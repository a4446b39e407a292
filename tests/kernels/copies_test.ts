import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { assertClose, forAll, type Input, normals, openWasm, runKernel, seed } from "./_wasm.ts";

const shape = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

/** The multi-index of element i. */
function indexOf(i: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = i % shape[axis]!;
    i = Math.floor(i / shape[axis]!);
  }
  return index;
}

function at(x: Input, index: readonly number[]): number {
  return x.data[index.reduce((sum, i, axis) => sum * x.shape[axis]! + i, 0)]!;
}

/** The elements of a result of this shape, each taken from x at an index. */
function takenFrom(x: Input, result: readonly number[], where: (index: number[]) => number[]): Float32Array {
  const size = tf.util.sizeFromShape([...result]);
  return Float32Array.from({ length: size }, (_, i) => at(x, where(indexOf(i, result))));
}

Deno.test("Slice takes what its begin and size say, -1 up to the end, for float32 and bool", async () => {
  await openWasm();
  forAll([shape, fc.boolean(), seed], (shape, bool, s) => {
    const [numbers] = normals(s, shape), x: Input = bool ? { shape, data: bytes(numbers!.data) } : numbers!;
    const begin = shape.map((n, i) => (s >> i) % n), size = shape.map((n, i) => 1 + (s >> (i + 2)) % (n - begin[i]!));
    const wanted = takenFrom(x, size, (index) => index.map((v, i) => v + begin[i]!));
    const given = size.map((n, i) => n === shape[i]! - begin[i]! ? -1 : n);
    assertEquals(Array.from(runSlice(x, begin, given)), Array.from(wanted));
  }, 100);
  assertEquals(runSlice({ shape: [3, 4], data: new Float32Array(12) }, [1, 0], [0, 4]).length, 0);
});

function runSlice(x: Input, begin: number[], size: number[]): ArrayLike<number> {
  return tf.tidy(() =>
    tf.slice(tf.tensor(x.data, [...x.shape], x.data instanceof Uint8Array ? "bool" : "float32"), begin, size).dataSync()
  );
}

function bytes(data: Float32Array): Uint8Array {
  return Uint8Array.from(data, (v) => +(v > 0));
}

Deno.test("Tile repeats along any axes", async () => {
  await openWasm();
  forAll([shape, seed], (shape, s) => {
    const [x] = normals(s, shape), reps = shape.map((_, i) => s >> (2 * i) & 1 ? 1 : 1 + (s >> (2 * i + 1)) % 3);
    const wanted = takenFrom(x!, shape.map((n, i) => n * reps[i]!), (index) => index.map((v, i) => v % shape[i]!));
    assertEquals(tf.tidy(() => tf.tile(tf.tensor(x!.data, shape), reps).dataSync()), wanted);
  }, 100);
});

Deno.test("Transpose moves the axes as its permutation says", async () => {
  await openWasm();
  forAll([shape, fc.boolean(), seed], (shape, last, s) => {
    const [x] = normals(s, shape), n = shape.length, axes = shape.map((_, i) => i);
    const perm = last && n > 1 ? [...axes.slice(0, -2), n - 1, n - 2] : axes.map((i) => (i + s) % n);
    const wanted = takenFrom(x!, perm.map((p) => shape[p]!), (index) => {
      const found = new Array<number>(n);
      perm.forEach((p, i) => found[p] = index[i]!);
      return found;
    });
    assertEquals(tf.tidy(() => tf.transpose(tf.tensor(x!.data, shape), perm).dataSync()), wanted);
  }, 100);
});

Deno.test("Sum adds over any axes", async () => {
  await openWasm();
  forAll([shape, fc.integer({ min: 0, max: 15 }), fc.boolean(), seed], (shape, chosen, keepDims, s) => {
    const [x] = normals(s, shape), axes = shape.flatMap((_, i) => chosen >> i & 1 ? [i] : []);
    const kept = shape.map((n, i) => axes.includes(i) ? 1 : n), wanted = new Float64Array(tf.util.sizeFromShape(kept));
    x!.data.forEach((v, i) => {
      const index = indexOf(i, shape).map((n, axis) => axes.includes(axis) ? 0 : n);
      wanted[index.reduce((sum, n, axis) => sum * kept[axis]! + n, 0)]! += v;
    });
    const y = tf.tidy(() => tf.sum(tf.tensor(x!.data, shape), axes.length ? axes : undefined, keepDims)) as tf.Tensor;
    const all = axes.length ? kept : shape.map(() => 1);
    assertEquals(y.shape, keepDims ? all : axes.length ? shape.filter((_, i) => !axes.includes(i)) : []);
    const total = Float64Array.of(x!.data.reduce((a, b) => a + b, 0));
    assertClose(y.dataSync<"float32">(), axes.length ? wanted : total, 1e-4);
    y.dispose();
  }, 100);
});

Deno.test("BatchMatMul, Slice and Sum leave nothing behind", async () => {
  await openWasm();
  const before = tf.memory().numDataBuffers;
  const x: Input = { shape: [3, 4], data: new Float32Array(12) };
  for (
    const [name, attrs] of Object.entries({
      Slice: { begin: [1, 1], size: [1, 2] },
      Sum: { axis: [0], keepDims: false },
    })
  ) {
    runKernel(name, { x }, attrs as unknown as Record<string, number>);
  }
  assertEquals(tf.memory().numDataBuffers, before);
});
