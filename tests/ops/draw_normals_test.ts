import * as tf from "@tensorflow/tfjs";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { drawNormals } from "../../lib/ops/mod.ts";
import { drawPlace, keyFor, normals, purpose } from "../../lib/random/mod.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

function bitsOf(numbers: Float32Array): Uint32Array {
  return new Uint32Array(numbers.slice().buffer);
}

const seeds = fc.maxSafeNat(), iterations = fc.nat(2 ** 32 - 1);
const firsts = fc.oneof(fc.nat(9), fc.constant(2 ** 33 + 1));
const counts = fc.constantFrom(0, 1, 6, 1000, 4099);

for (const kernels of [registerKernels, undefined]) {
  const by = kernels === undefined ? "" : " by the backend's kernel";
  onEveryBackend(
    `drawNormals() gives the bits of normals()${by}, from any element of any stream`,
    ({ runs }) =>
      assertNoLeak(() =>
        fc.assert(
          fc.asyncProperty(seeds, iterations, firsts, counts, async (seed, iteration, first, count) => {
            const key = purpose(keyFor(seed, "training", iteration), "x");
            const place = tf.tensor1d(drawPlace(key, first), "int32"), z = drawNormals(place, count);
            const found = await z.data<"float32">();
            assertEquals(z.shape, [count]);
            tf.dispose([place, z]);
            assertEquals(bitsOf(found), bitsOf(normals(key, count, first)));
          }),
          { numRuns: 3 * runs },
        )
      ),
    kernels === undefined ? { backends: ["cpu"] } : { kernels },
  );
}

onEveryBackend("drawNormals() gives the same numbers again from a place that is on the device by now", async () => {
  const key = keyFor(2 ** 40 + 5, "training", 3), place = tf.tensor1d(drawPlace(key), "int32");
  for (const again of [place, place, place.clone()]) {
    assertEquals(bitsOf(await drawNormals(again, 5).data<"float32">()), bitsOf(normals(key, 5)));
  }
}, { kernels: registerKernels });

onEveryBackend("drawNormals() throws on a place that is none", () => {
  for (const place of [tf.zeros([6], "int32"), tf.zeros([7, 1], "int32"), tf.zeros([7])]) {
    const error = assertThrows(() => drawNormals(place, 3), ShapeMismatch);
    assertStringIncludes(error.message, "int32 [7]");
  }
}, { backends: ["cpu"] });

onEveryBackend("drawNormals() may stand under a gradient, and no gradient flows through it", async () => {
  const place = tf.tensor1d(drawPlace(keyFor(1, "training", 0)), "int32"), x = tf.tensor1d([1, 2, 3]);
  const gradient = tf.grad((x) => x.mul(drawNormals(place, 3)).sum())(x);
  assertEquals([...await gradient.data()], [...normals(keyFor(1, "training", 0), 3)]);
}, { kernels: registerKernels });
