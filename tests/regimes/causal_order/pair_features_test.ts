import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { explainedShare } from "../../../lib/evaluation/mod.ts";
import { invertInPlace } from "../../../lib/evaluation/causal_order/explained_share.ts";
import { keyFor, normals } from "../../../lib/random/mod.ts";
import { inverseOf } from "../../../lib/regimes/causal_order/inverse.ts";
import { pairFeatureCount, pairFeatures } from "../../../lib/regimes/causal_order/pair_features.ts";
import { assertClose, assertNoLeak, onEveryBackend } from "../../backends.ts";

onEveryBackend("inverseOf() inverts a batch of positive definite matrices, and leaks nothing", ({ runs }) =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      async (batch, size, seed) => {
        const half = normals(keyFor(seed, "half", 0), batch * size * size), data = new Float32Array(half.length);
        for (let b = 0; b < batch; b++) {
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              let sum = Number(i === j);
              for (let k = 0; k < size; k++) {
                sum += half[(b * size + i) * size + k]! * half[(b * size + j) * size + k]!;
              }
              data[(b * size + i) * size + j] = sum;
            }
          }
        }
        const found = await assertNoLeak(async () => {
          const matrices = tf.tensor3d(data, [batch, size, size]), inverse = inverseOf(matrices);
          const read = Float32Array.from(await inverse.data());
          tf.dispose([matrices, inverse]);
          return read;
        });
        const expected = new Float32Array(data.length);
        for (let b = 0; b < batch; b++) {
          const one = Float64Array.from(data.subarray(b * size * size, (b + 1) * size * size));
          invertInPlace(one, size);
          expected.set(one, b * size * size);
        }
        const shape = [batch, size, size];
        assertClose("inverse", { shape, data: found }, { shape, data: expected }, { relative: 1e-3 });
      },
    ),
    { numRuns: runs },
  ));

/** Features `[pair][feature]` of one task and query. */
function featuresOf(x: Float32Array, nodes: number, present: readonly number[]): number[][] {
  return tf.tidy(() => {
    const count = x.length / nodes, marks = tf.tensor3d([[[...present]]]);
    const features = pairFeatures({
      x: tf.tensor3d(x, [1, count, nodes]),
      logits: tf.zeros([1, 1, nodes]),
      present: marks as tf.Tensor3D,
    });
    assertEquals(features.shape, [1, nodes * nodes, pairFeatureCount]);
    return features.squeeze<tf.Tensor2D>([0]).arraySync();
  });
}

/** y = 2 a + noise, and a stranger. */
function triple(count: number): Float32Array {
  const z = normals(keyFor(0, "z", 0), 3 * count);
  return z.map((value, i) => i % 3 === 1 ? 2 * z[i - 1]! + value : value);
}

Deno.test("pairFeatures() begins with correlation and partial correlation, and tells R² as its logarithm", async () => {
  await tf.setBackend("cpu");
  const count = 4000, x = triple(count), features = featuresOf(x, 3, [1, 1, 1]);
  assertAlmostEquals(features[1]![0]!, 2 / Math.sqrt(5), 0.02);
  assertAlmostEquals(features[1]![1]!, 2 / Math.sqrt(5), 0.02); // nothing else to hold fixed
  assertAlmostEquals(features[2]![0]!, 0, 0.05);
  assert(features[4]![1] === 0);
  const shares = explainedShare({ nodes: 3, count, rows: x }, [1, 1, 1]);
  for (let i = 0; i < 3; i++) assertAlmostEquals(features[i * 3]![19]!, -Math.log(1 - shares[i]!), 0.02);
  const without = featuresOf(x, 3, [1, 0, 1]);
  assertAlmostEquals(without[0]![19]!, 0, 0.01);
});

Deno.test("pairFeatures() shows no dependence of a leaf's residual under Laplace noise, and one of its cause's", async () => {
  await tf.setBackend("cpu");
  const count = 20_000, z = normals(keyFor(1, "z", 0), 8 * count);
  const x = new Float32Array(2 * count);
  for (let n = 0; n < count; n++) {
    const laplace = (i: number): number => z[8 * n + i]! * z[8 * n + i + 1]! + z[8 * n + i + 2]! * z[8 * n + i + 3]!;
    x[2 * n] = laplace(0);
    x[2 * n + 1] = x[2 * n]! + laplace(4);
  }
  // The correlation of eᵢ² and xⱼ² of (effect, cause), and of (cause, effect).
  const features = featuresOf(x, 2, [1, 1]), at = 11;
  assert(Math.abs(features[2]![at]!) < 0.03, `${features[2]![at]}`);
  assert(features[1]![at]! > 0.1, `${features[1]![at]}`);
});
