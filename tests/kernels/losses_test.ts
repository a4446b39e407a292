import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { assertClose, few, forAll, type Input, normals, openWasm, runKernel, seed, size } from "./_wasm.ts";

const outputs = fc.integer({ min: 1, max: 13 });

type Sizes = readonly [tasks: number, prefixes: number, queries: number, outputs: number];

/** loss [tasks, prefixes] and its gradient for dy, from the loss of one query and its derivatives. */
function lossesOf(
  [tasks, prefixes, queries, outputs]: Sizes,
  prediction: Input,
  target: Input,
  dy: Input,
  one: (x: number[], y: number[]) => { readonly loss: number; readonly slopes: number[] },
): { readonly loss: Float64Array; readonly gradient: Float64Array } {
  const loss = new Float64Array(tasks * prefixes), gradient = new Float64Array(loss.length * queries * outputs);
  for (let i = 0; i < loss.length; i++) {
    for (let q = 0; q < queries; q++) {
      const at = (i * queries + q) * outputs, to = (Math.floor(i / prefixes) * queries + q) * outputs;
      const row = [...prediction.data.subarray(at, at + outputs)];
      const { loss: l, slopes } = one(row, [...target.data.subarray(to, to + outputs)]);
      loss[i]! += l / queries;
      slopes.forEach((slope, o) => gradient[at + o] = slope * dy.data[i]! / queries);
    }
  }
  return { loss, gradient };
}

function squared(x: number[], y: number[]): { loss: number; slopes: number[] } {
  return { loss: x.reduce((s, v, i) => s + (v - y[i]!) ** 2, 0), slopes: x.map((v, i) => 2 * (v - y[i]!)) };
}

function crossEntropy(x: number[], y: number[]): { loss: number; slopes: number[] } {
  const most = Math.max(...x), level = most + Math.log(x.reduce((s, v) => s + Math.exp(v - most), 0));
  const total = y.reduce((a, b) => a + b, 0);
  return {
    loss: x.reduce((s, v, i) => s + y[i]! * (level - v), 0),
    slopes: x.map((v, i) => Math.exp(v - level) * total - y[i]!),
  };
}

Deno.test("AmortizeSquaredError and its gradient equal plain loops", async () => {
  await openWasm();
  forAll([few, size, few, outputs, seed], (tasks, prefixes, queries, outputs, s) => {
    const sizes = [tasks, prefixes, queries, outputs] as const;
    const [prediction, target, dy] = normals(s, sizes, [tasks, queries, outputs], [tasks, prefixes]) as [
      Input,
      Input,
      Input,
    ];
    const wanted = lossesOf(sizes, prediction, target, dy, squared);
    assertClose(runKernel("AmortizeSquaredError", { prediction, target })[0]!, wanted.loss, 1e-6);
    assertClose(runKernel("AmortizeSquaredErrorGradient", { prediction, target, dy })[0]!, wanted.gradient, 1e-6);
  });
});

Deno.test("AmortizeSoftmaxCrossEntropy and its gradient equal plain loops, for targets of any sum", async () => {
  await openWasm();
  forAll([few, size, few, outputs, fc.constantFrom(1, 30), seed], (tasks, prefixes, queries, outputs, spread, s) => {
    const sizes = [tasks, prefixes, queries, outputs] as const;
    const [drawn, target, dy] = normals(s, sizes, [tasks, queries, outputs], [tasks, prefixes]) as [
      Input,
      Input,
      Input,
    ];
    const prediction = { ...drawn, data: Float32Array.from(drawn.data, (v) => v * spread) };
    const wanted = lossesOf(sizes, prediction, target, dy, crossEntropy);
    const [loss, data] = runKernel("AmortizeSoftmaxCrossEntropy", { prediction, target });
    assertClose(loss!, wanted.loss, 1e-5 * spread);
    const saved = { shape: sizes.slice(0, 3), data: data! };
    const [gradient] = runKernel("AmortizeSoftmaxCrossEntropyGradient", { prediction, target, saved, dy });
    assertClose(gradient!, wanted.gradient, 1e-6 * spread);
  });
});

Deno.test("The losses keep NaN to its prefix", async () => {
  await openWasm();
  const prediction = { shape: [1, 2, 1, 5], data: Float32Array.of(1, 2, 3, 4, NaN, 0, 0, 0, 0, 0) };
  const target = { shape: [1, 1, 5], data: new Float32Array(5) };
  for (const name of ["AmortizeSquaredError", "AmortizeSoftmaxCrossEntropy"]) {
    assertEquals(runKernel(name, { prediction, target })[0], Float32Array.of(NaN, 0));
  }
});
