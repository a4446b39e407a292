import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { adamFactors, type AdamHyper, adamStep } from "../../lib/ops/mod.ts";
import { assertClose, assertNoLeak, normals, onEveryBackend, tensorOf, type Values } from "../backends.ts";

const settings = { rate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

type State = {
  weights: Record<string, tf.Tensor>;
  moments: { first: Record<string, tf.Tensor>; second: Record<string, tf.Tensor> };
};

function start(weights: Record<string, tf.Tensor>): State {
  const zeros = () => Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, tf.zeros(w.shape)]));
  return { weights, moments: { first: zeros(), second: zeros() } };
}

onEveryBackend(
  "adamStep() follows the published algorithm in double precision over 20 steps",
  () =>
    assertNoLeak(async () => {
      const [w, ...gradients] = normals(4, [3, 5], ...Array(20).fill([3, 5])) as [Values, ...Values[]];
      let state = start({ w: tensorOf(w) });
      for (const [i, values] of gradients.entries()) {
        const gradient = tensorOf(values);
        state = adamStep(state.weights, { w: gradient }, state.moments, {
          ...settings,
          step: i + 1,
          gradientScale: 0.3,
        });
        gradient.dispose();
      }
      const found = await state.weights.w!.data() as Float32Array;
      tf.dispose([state.weights, state.moments.first, state.moments.second]);
      assertClose("weights", { shape: w.shape, data: found }, published(w, gradients, 0.3), { relative: 1e-6 });
    }),
);

function published(w: Values, gradients: readonly Values[], scale: number): Values {
  const { rate, beta1, beta2, epsilon } = settings;
  const data = w.data.map((weight, i) => {
    let [m, v, x] = [0, 0, weight];
    for (const [t, { data }] of gradients.entries()) {
      const g = scale * data[i]!;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      x -= rate * (m / (1 - beta1 ** (t + 1))) / (Math.sqrt(v / (1 - beta2 ** (t + 1))) + epsilon);
    }
    return x;
  });
  return { shape: w.shape, data };
}

onEveryBackend("adamStep() lets NaN through to weights and moments", () =>
  assertNoLeak(async () => {
    const gradient = tf.tensor1d([1, NaN]);
    const next = step(start({ w: tf.tensor1d([1, 1]) }), gradient);
    const read = [next.weights.w!, next.moments.first.w!, next.moments.second.w!].map((tensor) => tensor.data());
    for (const data of await Promise.all(read)) assertEquals([...data].map(Number.isNaN), [false, true]);
    tf.dispose([gradient, next.weights, next.moments.first, next.moments.second]);
  }));

function step(state: State, gradient: tf.Tensor, hyper: AdamHyper = { ...settings, step: 1 }): State {
  return adamStep(state.weights, { w: gradient }, state.moments, hyper);
}

onEveryBackend(
  "adamStep() takes its numbers from a tensor too, one that can be made on the device",
  () =>
    assertNoLeak(async () => {
      const hyper = { ...settings, step: 3 }, gradient = tf.tensor1d([1, -2]), found: number[][] = [];
      const given = tf.tensor1d(adamFactors({ ...hyper, gradientScale: 0.25 }));
      const made = tf.tidy(() => tf.concat([tf.tensor1d(adamFactors(hyper)).slice(0, 7), tf.tensor1d([0.25])]));
      for (const numbers of [{ ...hyper, gradientScale: 0.25 }, given, made]) {
        const { weights, moments } = start({ w: tf.tensor1d([1, 1]) });
        const next = adamStep(weights, { w: gradient }, moments, numbers);
        found.push([...await next.weights.w!.data(), ...await next.moments.second.w!.data()]);
        tf.dispose([next.weights, next.moments.first, next.moments.second]);
      }
      const wanted = { shape: [4], data: Float32Array.from(found[0]!) };
      for (const one of found) {
        assertClose("w", { shape: [4], data: Float32Array.from(one) }, wanted, { relative: 1e-6 });
      }
      tf.dispose([gradient, given, made]);
    }),
);

onEveryBackend("adamStep() refuses a tensor of other than eight numbers", () => {
  const { weights, moments } = start({ w: tf.ones([2]) }), gradient = tf.ones([2]), seven = tf.ones([7]);
  assertThrows(() => adamStep(weights, { w: gradient }, moments, seven), ShapeMismatch, "factors");
  tf.dispose([weights, moments.first, moments.second, gradient, seven]);
}, { backends: ["cpu"] });

onEveryBackend("adamStep() disposes what it replaces, and keeps gradients", () =>
  assertNoLeak(() => {
    const [gradient, old] = [tf.ones([2]), start({ w: tf.ones([2]) })];
    const next = step(old, gradient);
    assert([old.weights.w!, old.moments.first.w!, old.moments.second.w!].every((tensor) => tensor.isDisposed));
    assert(!gradient.isDisposed);
    tf.dispose([gradient, next.weights, next.moments.first, next.moments.second]);
  }), { backends: ["cpu", "webgpu"] });

onEveryBackend("adamStep() changes a variable and gives back the same one", () =>
  assertNoLeak(async () => {
    const initial = tf.ones([2]);
    const variable = tf.variable(initial, true);
    const gradient = tf.ones([2]);
    const next = step(start({ w: variable }), gradient);
    assertStrictEquals(next.weights.w, variable);
    const expected = Float32Array.of(0.99, 0.99);
    assertClose(
      "weight",
      { shape: [2], data: await variable.data() as Float32Array },
      { shape: [2], data: expected },
      { relative: 1e-6 },
    );
    tf.dispose([initial, gradient, variable, next.moments.first, next.moments.second]);
  }));

onEveryBackend("adamStep() changes nothing if a later gradient is missing or misshapen", () => {
  const state = start({ a: tf.ones([2]), b: tf.ones([3]) });
  const a = tf.ones([2]);
  const attempt = (gradients: Record<string, tf.Tensor>) => () =>
    adamStep(state.weights, gradients, state.moments, { ...settings, step: 1 });
  assertThrows(attempt({ a }), ShapeMismatch, 'gradients["b"]');
  assertThrows(attempt({ a, b: a }), ShapeMismatch, "[3], as the weight has");
  assertEquals([...state.weights.a!.dataSync()], [1, 1]);
  tf.dispose([a, state.weights, state.moments.first, state.moments.second]);
}, { backends: ["cpu"] });
