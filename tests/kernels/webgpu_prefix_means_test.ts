import { assertNear, onWebgpu } from "./_webgpu.ts";
import { normals, type Values } from "./_wasm.ts";

onWebgpu("AmortizePrefixMean, AmortizeOuterPrefixMean and their gradients equal plain loops", async (kernel) => {
  for (const [s, [tasks, n, features, outputs]] of ([[1, 1, 1, 1], [3, 70, 5, 2], [2, 9, 33, 1]] as const).entries()) {
    const shapes = [[tasks, n, features], [tasks, n, outputs], [tasks, n, features, outputs]];
    const [x, c, dy] = normals(s, ...shapes) as [Values, Values, Values];
    const outer = Float64Array.from(
      dy.data,
      (_, i) =>
        x.data[Math.floor(i / outputs)]! * c.data[Math.floor(i / (features * outputs)) * outputs + i % outputs]!,
    );
    assertNear("mean", (await kernel("AmortizePrefixMean", { x }))[0]!, meansOf(x.data, n, features));
    const [dx] = await kernel("AmortizePrefixMeanGradient", { dy: x });
    assertNear("dx", dx!, spreadOf(x.data, n, features));
    const [y] = await kernel("AmortizeOuterPrefixMean", { x, c });
    assertNear("outer mean", y!, meansOf(outer, n, features * outputs));
    const later = spreadOf(dy.data, n, features * outputs), wanted = new Float64Array(c.data.length);
    later.forEach((v, i) => {
      wanted[Math.floor(i / (features * outputs)) * outputs + i % outputs]! += v * x.data[Math.floor(i / outputs)]!;
    });
    assertNear("dc", (await kernel("AmortizeOuterPrefixMeanGradient", { x, c, dy }))[0]!, wanted);
  }
});

/** The running mean over n of `[tasks, n, width]`. */
function meansOf(x: ArrayLike<number>, n: number, width: number): Float64Array {
  const sums = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) sums[i] = x[i]! + (Math.floor(i / width) % n === 0 ? 0 : sums[i - width]!);
  return sums.map((sum, i) => sum / (Math.floor(i / width) % n + 1));
}

/** At j, the sum over i ≥ j of dy_i / (i + 1). */
function spreadOf(dy: ArrayLike<number>, n: number, width: number): Float64Array {
  const sums = new Float64Array(dy.length);
  for (let i = dy.length - 1; i >= 0; i--) {
    const place = Math.floor(i / width) % n;
    sums[i] = dy[i]! / (place + 1) + (place === n - 1 ? 0 : sums[i + width]!);
  }
  return sums;
}
