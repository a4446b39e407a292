import * as tf from "@tensorflow/tfjs";
import { assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { SharedBuffer } from "../../lib/errors/shared_buffer.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { accumulate, adamFactors, adamStep, globalNorm } from "../../lib/ops/mod.ts";
import { assertNoLeak, normals, onEveryBackend, tensorOf, type Values } from "../backends.ts";
import { assertNear } from "./_webgpu.ts";

const options = { backends: ["webgpu"], kernels: registerKernels } as const;
const settings = { rate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, gradientScale: 0.3 };

const zeros = (like: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(like).map(([name, { shape }]) => [name, tf.zeros(shape)]));

onEveryBackend(
  "AmortizeAdam works in place as the published algorithm does, its numbers in attributes or in a tensor",
  () =>
    assertNoLeak(async () => {
      for (const inTensor of [false, true]) {
        const drawn = normals(1, [70], [3, 5], [70], [3, 5]) as [Values, Values, Values, Values];
        const [a, b, da, db] = drawn.map(tensorOf) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        const weights = { a, b }, moments = { first: zeros(weights), second: zeros(weights) };
        for (let step = 1; step <= 5; step++) {
          const hyper = { ...settings, step }, factors = tf.tensor1d(adamFactors(hyper));
          const next = adamStep(weights, { a: da, b: db }, moments, inTensor ? factors : hyper);
          assertStrictEquals(next.weights["a"], a);
          factors.dispose();
        }
        assertNear("a", await a.data<"float32">(), adamOf(drawn[0], drawn[2], 5));
        assertNear("b", await b.data<"float32">(), adamOf(drawn[1], drawn[3], 5));
        tf.dispose([weights, moments.first, moments.second, { da, db }]);
      }
    }),
  options,
);

function adamOf(w: Values, { data }: Values, steps: number): Float64Array {
  const { rate, beta1, beta2, epsilon, gradientScale } = settings;
  return Float64Array.from(w.data, (x, i) => {
    let m = 0, v = 0;
    for (let t = 1; t <= steps; t++) {
      const g = gradientScale * data[i]!;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      x -= rate * (m / (1 - beta1 ** t)) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
    }
    return x;
  });
}

onEveryBackend("AmortizeAdam refuses a weight that another tensor holds, and changes nothing", async () => {
  const a = tf.tensor1d([1, 2]).add(0), b = tf.tensor1d([3]).add(0), clone = b.clone(), weights = { a, b };
  const moments = { first: zeros(weights), second: zeros(weights) }, gradients = { a: tf.ones([2]), b: tf.ones([1]) };
  assertThrows(() => adamStep(weights, gradients, moments, { ...settings, step: 1 }), SharedBuffer, "weight1");
  assertEquals([...await a.data()], [1, 2]);
  tf.dispose([weights, clone, moments.first, moments.second, gradients]);
}, options);

onEveryBackend("AmortizeAccumulate adds more pairs than a dispatch has, in place", async () => {
  const sizes = [1, 70, 3, 200, 5, 6, 7, 8, 9], name = (i: number) => `w${i}`;
  const terms = (factor: number) =>
    Object.fromEntries(
      sizes.map((size, i) => [name(i), tf.tensor1d(Array.from({ length: size }, (_, j) => factor * j))]),
    );
  const sums = accumulate({}, terms(1)), next = accumulate(sums, terms(10));
  for (const [i, size] of sizes.entries()) {
    assertStrictEquals(next[name(i)], sums[name(i)]);
    assertEquals([...await next[name(i)]!.data()], Array.from({ length: size }, (_, j) => 11 * j));
  }
  const clone = next["w0"]!.clone(), last = terms(1);
  assertThrows(() => accumulate(next, last), SharedBuffer, "sum0");
  tf.dispose([next, clone, last]);
}, options);

onEveryBackend(
  "AmortizeSumOfSquares sums more tensors than a dispatch has, of several groups, with equal bits",
  async () => {
    const values = normals(2, [3000], ...Array.from({ length: 9 }, (_, i) => [i + 1, 7]));
    const tensors = values.map(tensorOf),
      norms = [globalNorm(tensors), globalNorm(tensors), globalNorm(tensors.slice(1))];
    const read = await Promise.all(norms.map((norm) => norm.data<"float32">()));
    const squares = values.flatMap(({ data }) => [...data]).reduce((sum, u) => sum + u * u, 0);
    assertNear("norm", read[0]!, [Math.sqrt(squares)]);
    assertEquals(read[1], read[0]);
    assertNotEquals(read[2], read[0]);
    tf.dispose([...tensors, ...norms]);
  },
  options,
);
