import { assertEquals } from "@std/assert";
import { columnSumsOf, type Input, normals, type Values } from "./_wasm.ts";
import { assertNear, withBothTilings } from "./_webgpu.ts";

const average = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

withBothTilings("AmortizeLayerNorm and its gradient equal plain loops", async (kernel) => {
  for (const [s, [rows, width]] of ([[1, 6], [70, 33], [300, 64], [5, 200]] as const).entries()) {
    const [x, gain, bias, dy] = normals(s, [rows, width], [width], [width], [rows, width]) as [
      Values,
      Values,
      Values,
      Values,
    ];
    const n = new Float64Array(rows * width), dx = new Float64Array(rows * width), stats: number[] = [];
    for (let r = 0; r < rows; r++) {
      const row = [...x.data.subarray(r * width, (r + 1) * width)], mean = average(row);
      const scale = 1 / Math.sqrt(average(row.map((v) => (v - mean) ** 2)) + 1e-5);
      stats.push(mean, scale);
      row.forEach((v, i) => n[r * width + i] = (v - mean) * scale);
      const g = row.map((_, i) => dy.data[r * width + i]! * gain.data[i]!);
      const [level, along] = [average(g), average(g.map((v, i) => v * n[r * width + i]!))];
      g.forEach((v, i) => dx[r * width + i] = scale * (v - level - n[r * width + i]! * along));
    }
    const [y, found] = await kernel("AmortizeLayerNorm", { x, gain, bias }, { epsilon: 1e-5 });
    assertNear("y", y!, n.map((v, i) => v * gain.data[i % width]! + bias.data[i % width]!));
    assertNear("stats", found!, stats);
    const saved = { shape: [rows, 2], data: Float32Array.from(stats) };
    const results = await kernel("AmortizeLayerNormGradient", { x, gain, stats: saved, dy });
    assertNear("dx", results[0]!, dx);
    assertNear("dgain", results[1]!, columnSumsOf(n.map((v, i) => v * dy.data[i]!), width));
    assertNear("dbias", results[2]!, columnSumsOf(dy.data, width));
    const besides = { shape: [rows, width], data: x.data };
    const carried = await kernel("AmortizeLayerNormCarriedGradient", { x, gain, stats: saved, dy, besides });
    assertNear("dx and what goes by", carried[0]!, dx.map((v, i) => v + x.data[i]!));
    assertEquals(carried.slice(1), results.slice(1));
  }
});

/** prediction, target, dy of a loss. */
function lossInputs(seed: number, [tasks, prefixes, queries, outputs]: readonly number[]): [Values, Values, Values] {
  const shapes = [[tasks!, prefixes!, queries!, outputs!], [tasks!, queries!, outputs!], [tasks!, prefixes!]];
  return normals(seed, ...shapes) as [Values, Values, Values];
}

const lossShapes = [[1, 1, 1, 1], [2, 3, 5, 3], [3, 30, 40, 2]] as const;

withBothTilings("AmortizeSquaredError and its gradient equal plain loops", async (kernel) => {
  for (const [s, shape] of lossShapes.entries()) {
    const [prediction, target, dy] = lossInputs(s, shape), [, prefixes, queries, outputs] = shape;
    const count = queries * outputs;
    const off = Float64Array.from(
      prediction.data,
      (v, i) => v - target.data[Math.floor(i / (prefixes * count)) * count + i % count]!,
    );
    const loss = new Float64Array(dy.data.length);
    off.forEach((d, i) => loss[Math.floor(i / count)]! += d * d / queries);
    assertNear("loss", (await kernel("AmortizeSquaredError", { prediction, target }))[0]!, loss);
    const [dx] = await kernel("AmortizeSquaredErrorGradient", { prediction, target, dy });
    assertNear("dx", dx!, off.map((d, i) => 2 * d * dy.data[Math.floor(i / count)]! / queries));
  }
});

withBothTilings(
  "AmortizeSoftmaxCrossEntropy and its gradient equal plain loops, large logits included",
  async (kernel) => {
    for (const [s, shape] of lossShapes.entries()) {
      const [drawn, soft, dy] = lossInputs(s, shape), [, prefixes, queries, outputs] = shape;
      const scale = [1, 30, 1000][s]!;
      const prediction: Input = { ...drawn, data: drawn.data.map((u) => scale * u) };
      const target: Input = { ...soft, data: soft.data.map(Math.abs) };
      const loss = new Float64Array(dy.data.length), dx = new Float64Array(prediction.data.length);
      for (let row = 0; row < dx.length / outputs; row++) {
        const logits = [...prediction.data.slice(row * outputs, (row + 1) * outputs)],
          prefix = Math.floor(row / queries);
        const at = (Math.floor(prefix / prefixes) * queries + row % queries) * outputs;
        const wanted = [...target.data.slice(at, at + outputs)], all = wanted.reduce((a, b) => a + b, 0);
        const most = Math.max(...logits), sum = logits.reduce((a, u) => a + Math.exp(u - most), 0);
        logits.forEach((u, c) => {
          loss[prefix]! += wanted[c]! * (most - u + Math.log(sum)) / queries;
          dx[row * outputs + c] = (Math.exp(u - most) / sum * all - wanted[c]!) * dy.data[prefix]! / queries;
        });
      }
      const [found, saved] = await kernel("AmortizeSoftmaxCrossEntropy", { prediction, target });
      assertNear("loss", found!, loss);
      const given = { shape: [...shape.slice(0, 3), 2], data: saved! };
      assertNear(
        "dx",
        (await kernel("AmortizeSoftmaxCrossEntropyGradient", { prediction, target, saved: given, dy }))[0]!,
        dx,
      );
    }
  },
);
