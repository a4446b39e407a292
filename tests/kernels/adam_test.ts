import * as tf from "@tensorflow/tfjs";
import { assertEquals, assertThrows } from "@std/assert";
import { SharedBuffer } from "../../lib/errors/shared_buffer.ts";
import { assertClose, forAll, type Input, normals, openWasm, runKernel, seed, size, toTensor } from "./_wasm.ts";

const settings = {
  rate: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  correction1: 1 / 0.19,
  correction2: 1 / 0.001999,
  epsilon: 1e-8,
};

Deno.test("AmortizeAdam changes weight and moments in place as plain loops do", async () => {
  await openWasm();
  forAll([size, seed], (n, s) => {
    const inputs = normals(s, [n], [n], [n], [n]) as Input[];
    inputs[3] = { shape: [n], data: inputs[3]!.data.map(Math.abs) as Float32Array };
    const [weight, gradient, first, second] = inputs.map(toTensor) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const buffers = tf.memory().numDataBuffers;
    const other = tf.zeros([3]), others = [1, 1, 1].map((x) => tf.fill([3], x));
    const inputs1 = { weight1: others[0]!, gradient1: other, first1: others[1]!, second1: others[2]! };
    const inputs0 = { weight0: weight, gradient0: gradient, first0: first, second0: second };
    tf.engine().runKernel("AmortizeAdam", { ...inputs0, ...inputs1 }, { ...settings, gradientScale: 0.5 });
    assertClose(others[1]!.dataSync<"float32">(), [0.9, 0.9, 0.9], 1e-6, "a second weight's first moment");
    tf.dispose([other, ...others]);
    assertEquals(tf.memory().numDataBuffers, buffers);
    const [w, g, m, v] = inputs.map(({ data }) => Array.from(data)) as [number[], number[], number[], number[]];
    g.forEach((_, i) => {
      m[i] = 0.9 * m[i]! + 0.1 * 0.5 * g[i]!;
      v[i] = 0.999 * v[i]! + 0.001 * (0.5 * g[i]!) ** 2;
      w[i]! -= 0.1 * m[i]! * settings.correction1 / (Math.sqrt(v[i]! * settings.correction2) + 1e-8);
    });
    assertClose(weight.dataSync<"float32">(), w, 1e-5, "weight");
    assertClose(first.dataSync<"float32">(), m, 1e-6, "first");
    assertClose(second.dataSync<"float32">(), v, 1e-6, "second");
    assertEquals(gradient.dataSync(), inputs[1]!.data);
    tf.dispose([weight, gradient, first, second]);
  });
});

Deno.test("AmortizeAdam refuses a buffer that another tensor holds, and changes nothing", async () => {
  await openWasm();
  tf.tidy(() => {
    const [weight, gradient, first, second] = [1, 2, 3, 4].map((x) => tf.fill([5], x)) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const step = () =>
      tf.engine().runKernel(
        "AmortizeAdam",
        { weight0: weight, gradient0: gradient, first0: first, second0: second },
        { ...settings, gradientScale: 1 },
      );
    const clone = second.clone();
    assertThrows(step, SharedBuffer, "on second0 [5]: expected one tensor on its buffer, found 2");
    assertEquals([...weight.dataSync(), ...first.dataSync()], [1, 1, 1, 1, 1, 3, 3, 3, 3, 3]);
    clone.dispose();
    step();
    assertEquals(weight.dataSync().every((w) => w < 1), true);
  });
});

Deno.test("AmortizeSumOfSquares is the sum of the squares, in a precision of its own", async () => {
  await openWasm();
  forAll([size, seed], (n, s) => {
    const [x] = normals(s, [n, 37]) as [Input];
    assertClose(
      runKernel("AmortizeSumOfSquares", { x0: x, x1: x })[0]!,
      [2 * Array.from(x.data).reduce((a, b) => a + b * b, 0)],
      1e-6,
    );
  });
  const many = { shape: [3_000_001], data: new Float32Array(3_000_001).fill(0.1) };
  assertClose(runKernel("AmortizeSumOfSquares", { x0: many })[0]!, [30_000.01], 1e-6);
  const none = { shape: [0], data: new Float32Array(0) }, bad = { shape: [3], data: Float32Array.of(1, 2, NaN) };
  assertEquals([runKernel("AmortizeSumOfSquares", { x0: none }), runKernel("AmortizeSumOfSquares", { x0: bad })], [
    [Float32Array.of(0)],
    [Float32Array.of(NaN)],
  ]);
});

Deno.test("Identity shares the buffer, which lives until its last holder is disposed", async () => {
  await openWasm();
  const x = tf.tensor([1, 2, 3]), before = tf.memory().numDataBuffers, y = x.clone();
  assertEquals(tf.memory().numDataBuffers, before);
  x.dispose();
  assertEquals([...y.dataSync()], [1, 2, 3]);
  y.dispose();
  assertEquals(tf.memory().numDataBuffers, before - 1);
});
