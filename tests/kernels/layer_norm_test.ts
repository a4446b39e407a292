import { assertClose, columnSumsOf, forAll, normals, openWasm, runKernel, seed, size } from "./_wasm.ts";
import { assertEquals } from "@std/assert";

const epsilon = 1e-5;

Deno.test("AmortizeLayerNorm and its gradient equal plain loops", async () => {
  await openWasm();
  forAll([size, size, seed], (rows, width, s) => {
    const [x, gain, bias, dy] = normals(s, [rows, width], [width], [width], [rows, width]);
    const n = new Float64Array(rows * width), dx = new Float64Array(rows * width), stats: number[] = [];
    for (let r = 0; r < rows; r++) {
      const row = Array.from(x!.data.subarray(r * width, (r + 1) * width)), mean = average(row);
      const scale = 1 / Math.sqrt(average(row.map((v) => (v - mean) ** 2)) + epsilon);
      stats.push(mean, scale);
      row.forEach((v, i) => n[r * width + i] = (v - mean) * scale);
      const g = row.map((_, i) => dy!.data[r * width + i]! * gain!.data[i]!);
      const [level, along] = [average(g), average(g.map((v, i) => v * n[r * width + i]!))];
      g.forEach((v, i) => dx[r * width + i] = scale * (v - level - n[r * width + i]! * along));
    }
    const [y, found] = runKernel("AmortizeLayerNorm", { x: x!, gain: gain!, bias: bias! }, { epsilon });
    const conditioned = width > 4 ? 2e-5 : 1e-3; // 1/std magnifies rounding where a row hardly varies
    assertClose(found!, stats, conditioned, "stats");
    assertClose(y!, n.map((v, i) => v * gain!.data[i % width]! + bias!.data[i % width]!), conditioned, "y");
    const saved = { shape: [rows, 2], data: Float32Array.from(stats) };
    const results = runKernel("AmortizeLayerNormGradient", { x: x!, gain: gain!, stats: saved, dy: dy! });
    assertClose(results[0]!, dx, conditioned, "dx");
    assertClose(results[1]!, columnSumsOf(n.map((v, i) => v * dy!.data[i]!), width), conditioned, "dgain");
    assertClose(results[2]!, columnSumsOf(dy!.data, width), 2e-5, "dbias");
  });
});

Deno.test("AmortizeLayerNorm is accurate where the mean is large, and keeps NaN to its row", async () => {
  await openWasm();
  const one = { shape: [7], data: new Float32Array(7).fill(1) }, zero = { shape: [7], data: new Float32Array(7) };
  const data = Float32Array.of(1000, 1001, 1002, 1003, 1004, 1005, 1006, 1, 2, 3, NaN, 5, 6, 7);
  const [y] = runKernel("AmortizeLayerNorm", { x: { shape: [2, 7], data }, gain: one, bias: zero }, { epsilon });
  assertClose(y!.subarray(0, 7), [-1.5, -1, -0.5, 0, 0.5, 1, 1.5], 1e-5);
  assertEquals(y!.slice(7), new Float32Array(7).fill(NaN));
});

function average(x: readonly number[]): number {
  return x.reduce((a, b) => a + b, 0) / x.length;
}
