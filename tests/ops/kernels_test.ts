import { assertEquals, assertStrictEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { adamStep, attention, batchedProduct, layerNorm, linear, linearGelu } from "../../lib/ops/mod.ts";
import { assertNoLeak, normals, onEveryBackend, tensorOf, valueAndGradients } from "../backends.ts";

/** Registers a stand-in kernel on the current backend while `run` runs. */
async function withKernels<T>(kernels: Record<string, tf.KernelFunc>, run: () => Promise<T>): Promise<T> {
  const backendName = tf.getBackend();
  const replaced = Object.keys(kernels).flatMap((name) => tf.getKernel(name, backendName) ?? []);
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
  try {
    return await run();
  } finally {
    for (const name of Object.keys(kernels)) tf.unregisterKernel(name, backendName);
    for (const kernel of replaced) tf.registerKernel(kernel);
  }
}

const filled = (shape: number[], value: number) => tf.fill(shape, value) as tf.TensorInfo;

onEveryBackend("linear() runs the backend's kernel and its gradient kernel where both are registered", async () => {
  const inputs = normals(1, [2, 3], [3, 4], [4]);
  const forward = () => filled([2, 4], 7);
  const backward = () => [filled([2, 3], 1), filled([3, 4], 2), filled([4], 3)];
  const { value, gradients } = await withKernels(
    { AmortizeLinear: forward, AmortizeLinearGradient: backward },
    () => valueAndGradients(linear, inputs),
  );
  assertEquals([value.data[0], ...gradients.map(({ data }) => data[0])], [7, 1, 2, 3]);
  const alone = await withKernels({ AmortizeLinear: forward }, () => valueAndGradients(linear, inputs));
  assertEquals(alone.value, (await valueAndGradients(linear, inputs)).value);
}, { backends: ["cpu"] });

onEveryBackend("attention() hands kernels the heads, and the gradient kernel what the first one saved", async () => {
  const seen: unknown[] = [];
  const mask = tf.ones([1, 3, 3], "bool");
  const { gradients } = await withKernels({
    AmortizeAttention: ({ attrs }) => {
      seen.push(attrs);
      return [filled([2, 3, 4], 1), filled([5], 6)];
    },
    AmortizeAttentionGradient: ({ inputs, attrs }) => {
      seen.push(attrs, Object.keys(inputs).sort(), inputs.saved!.shape, inputs.output!.shape);
      return filled([2, 3, 12], 8);
    },
  }, () => valueAndGradients((qkv) => attention(qkv, mask, 2), normals(1, [2, 3, 12])));
  mask.dispose();
  const names = ["dy", "mask", "output", "qkv", "saved"];
  assertEquals(seen, [{ heads: 2 }, { heads: 2 }, { heads: 2 }, names, [5], [2, 3, 4]]);
  assertEquals(gradients[0]!.data[0], 8);
}, { backends: ["cpu"] });

onEveryBackend("adamStep() gives back the same tensors where a kernel works in place", () =>
  assertNoLeak(async () => {
    let given: unknown;
    const [weight, gradient, first, second] = normals(1, [2], [2], [2], [2]).map(tensorOf);
    const hyper = { rate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 1e-8, step: 2 };
    const next = await withKernels({
      AmortizeAdam: ({ attrs }) => {
        given = attrs;
        return [];
      },
    }, () =>
      Promise.resolve(
        adamStep({ w: weight! }, { w: gradient! }, { first: { w: first! }, second: { w: second! } }, hyper),
      ));
    assertStrictEquals(next.weights.w, weight);
    const { step: _, ...rest } = hyper;
    assertEquals(given, { ...rest, correction1: 4 / 3, correction2: 16 / 7, gradientScale: 1 });
    tf.dispose([weight!, gradient!, first!, second!]);
  }), { backends: ["cpu"] });

onEveryBackend(
  "ops never hand stock wasm a transposed operand, and batched ones only where it is unavoidable",
  async () => {
    const stock = tf.getKernel("BatchMatMul", "wasm").kernelFunc;
    const products: { transposed: boolean; batched: boolean }[] = [];
    const watch: tf.KernelFunc = (call) => {
      const { transposeA, transposeB } = call.attrs!;
      const batched = call.inputs.a!.shape.slice(0, -2).some((length) => length > 1);
      products.push({ transposed: Boolean(transposeA || transposeB), batched });
      return stock(call);
    };
    await withKernels({ BatchMatMul: watch }, async () => {
      for (const op of [linear, linearGelu]) await valueAndGradients(op, normals(1, [5, 3], [3, 4], [4]));
      await valueAndGradients((x, gain, bias) => layerNorm(x!, gain!, bias!), normals(1, [5, 3], [3], [3]));
      await valueAndGradients(batchedProduct, normals(1, [5, 2, 3], [1, 3, 4]));
      await valueAndGradients(batchedProduct, normals(1, [1, 2, 3], [5, 3, 4]));
      assertEquals(products.filter(({ batched }) => batched), []);
      const mask = tf.ones([1, 3, 3], "bool");
      await valueAndGradients((qkv) => attention(qkv, mask, 2), normals(1, [2, 3, 12]));
      await valueAndGradients(batchedProduct, normals(1, [5, 2, 3], [5, 3, 4]));
      mask.dispose();
      assertEquals(products.filter(({ transposed }) => transposed), []);
      const marked = { AmortizeFastBatchMatMul: stock }; // says that transposed operands are welcome
      await withKernels(marked, () => valueAndGradients(linear, normals(1, [5, 3], [3, 4], [4])));
      assertEquals(products.filter(({ transposed }) => transposed).length, 2);
    });
  },
  { backends: ["wasm"] },
);
