import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { assertClose, few, forAll, type Input, normals, openWasm, runKernel, seed, size } from "./_wasm.ts";

const outputs = fc.integer({ min: 1, max: 11 });

/** At i the mean over j ≤ i, or at j the sum over i ≥ j of x_i / (i + 1); x [tasks, n, width]. */
function running(
  x: ArrayLike<number>,
  [tasks, n, width]: readonly [number, number, number],
  backwards: boolean,
): Float64Array {
  const y = new Float64Array(tasks * n * width);
  for (let t = 0; t < tasks; t++) {
    for (let f = 0; f < width; f++) {
      for (let step = 0, sum = 0; step < n; step++) {
        const i = backwards ? n - 1 - step : step, at = (t * n + i) * width + f;
        sum += backwards ? x[at]! / (i + 1) : x[at]!;
        y[at] = backwards ? sum : sum / (i + 1);
      }
    }
  }
  return y;
}

Deno.test("AmortizePrefixMean and its gradient equal plain loops", async () => {
  await openWasm();
  forAll([few, size, size, seed], (tasks, n, width, s) => {
    const [x] = normals(s, [tasks, n, width]) as [Input];
    assertClose(runKernel("AmortizePrefixMean", { x })[0]!, running(x.data, [tasks, n, width], false), 1e-6);
    assertClose(runKernel("AmortizePrefixMeanGradient", { dy: x })[0]!, running(x.data, [tasks, n, width], true), 1e-6);
  });
});

Deno.test("AmortizeOuterPrefixMean and its gradient equal plain loops", async () => {
  await openWasm();
  forAll([few, size, size, outputs, seed], (tasks, n, features, outputs, s) => {
    const sizes = [tasks, n, features * outputs] as const;
    const [x, c, dy] = normals(s, [tasks, n, features], [tasks, n, outputs], [tasks, n, features, outputs]) as [
      Input,
      Input,
      Input,
    ];
    const row = features * outputs, outer = new Float64Array(tasks * n * row);
    for (let i = 0; i < outer.length; i++) {
      const at = Math.floor(i / row), f = Math.floor(i % row / outputs), o = i % outputs;
      outer[i] = x.data[at * features + f]! * c.data[at * outputs + o]!;
    }
    assertClose(runKernel("AmortizeOuterPrefixMean", { x, c })[0]!, running(outer, sizes, false), 2e-6);
    const later = running(dy.data, sizes, true), dc = new Float64Array(tasks * n * outputs);
    for (let i = 0; i < later.length; i++) {
      const at = Math.floor(i / row), f = Math.floor(i % row / outputs);
      dc[at * outputs + i % outputs]! += later[i]! * x.data[at * features + f]!;
    }
    assertClose(runKernel("AmortizeOuterPrefixMeanGradient", { x, c, dy })[0]!, dc, 5e-6);
  });
});

Deno.test("AmortizePrefixMean and AmortizeOuterPrefixMean let NaN through to later positions only", async () => {
  await openWasm();
  const x = { shape: [2, 3, 1], data: Float32Array.of(2, NaN, 1, 4, 5, 6) },
    c = { ...x, data: new Float32Array(6).fill(1) };
  const wanted = Float32Array.of(2, NaN, NaN, 4, 4.5, 5);
  assertEquals(runKernel("AmortizePrefixMean", { x })[0], wanted);
  assertEquals(runKernel("AmortizeOuterPrefixMean", { x, c })[0], wanted);
});
