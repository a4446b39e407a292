import { assert, assertEquals } from "@std/assert";
import { geluOf, geluSlopeOf } from "./_normal.ts";
import {
  assertClose,
  columnSumsOf,
  forAll,
  normals,
  openWasm,
  productOf,
  runKernel,
  seed,
  size,
  withAndWithoutBlas,
} from "./_wasm.ts";

function linearOf(
  x: Float32Array,
  w: Float32Array,
  b: Float32Array,
  sizes: readonly [number, number, number],
): Float64Array {
  return productOf(x, w, sizes).map((v, i) => v + b[i % sizes[1]]!);
}

withAndWithoutBlas(
  "AmortizeLinear and its gradient equal plain loops",
  () =>
    forAll([size, size, size, seed], (rows, inputs, outputs, s) => {
      const [x, w, b, dy] = normals(s, [rows, inputs], [inputs, outputs], [outputs], [rows, outputs]) as Four;
      const [y] = runKernel("AmortizeLinear", { x, w, b });
      assertClose(y!, linearOf(x.data, w.data, b.data, [rows, outputs, inputs]), 2e-5);
      const [dx, dw, db] = runKernel("AmortizeLinearGradient", { x, w, dy });
      assertClose(dx!, productOf(dy.data, w.data, [rows, inputs, outputs], [false, true]), 2e-5, "dx");
      assertClose(dw!, productOf(x.data, dy.data, [inputs, outputs, rows], [true, false]), 2e-5, "dw");
      assertClose(db!, columnSumsOf(dy.data, outputs), 2e-5, "db");
    }),
);

withAndWithoutBlas(
  "AmortizeLinearGelu and its gradient equal plain loops",
  () =>
    forAll([size, size, size, seed], (rows, inputs, outputs, s) => {
      const [x, w, b, dy] = normals(s, [rows, inputs], [inputs, outputs], [outputs], [rows, outputs]) as Four;
      const slopes = linearOf(x.data, w.data, b.data, [rows, outputs, inputs]).map(geluSlopeOf);
      const [y, slope] = runKernel("AmortizeLinearGelu", { x, w, b });
      assertClose(y!, linearOf(x.data, w.data, b.data, [rows, outputs, inputs]).map(geluOf), 3e-5);
      assertClose(slope!, slopes, 3e-5, "slope");
      const given = { shape: [rows, outputs], data: slope! }, inner = dy.data.map((d, i) => d * slope![i]!);
      const [dx, dw, db] = runKernel("AmortizeLinearGeluGradient", { x, w, slope: given, dy });
      assertClose(dx!, productOf(inner, w.data, [rows, inputs, outputs], [false, true]), 2e-5, "dx");
      assertClose(dw!, productOf(x.data, inner, [inputs, outputs, rows], [true, false]), 2e-5, "dw");
      assertClose(db!, columnSumsOf(inner, outputs), 2e-5, "db");
    }),
);

/** gelu and its slope at these points: one row times the 1 × 1 identity, through the kernel. */
function geluAt(points: Float32Array): readonly [Float32Array, Float32Array] {
  const one = { shape: [1, 1], data: Float32Array.of(1) }, zero = { shape: [1], data: Float32Array.of(0) };
  const [y, slope] = runKernel("AmortizeLinearGelu", {
    x: { shape: [points.length, 1], data: points },
    w: one,
    b: zero,
  });
  const many = Float32Array.from(points), width = points.length; // the same as one wide row, in whole vectors
  const row = { shape: [1, width], data: new Float32Array(width) };
  const [wide, wideSlope] = runKernel("AmortizeLinearGelu", { x: one, w: row, b: { shape: [width], data: many } });
  assertEquals([wide, wideSlope], [y, slope]);
  return [y!, slope!];
}

Deno.test("AmortizeLinearGelu is within 2e-7, and rounding of large values, of the exact GELU and its slope", async () => {
  await openWasm();
  const points = Float32Array.from({ length: 60_001 }, (_, i) => (i - 30_000) / 2_000);
  const [y, slope] = geluAt(points);
  let [worst, worstSlope] = [0, 0];
  points.forEach((x, i) => {
    worst = Math.max(worst, Math.abs(y[i]! - geluOf(x)) - Math.abs(x) * 2 ** -23);
    worstSlope = Math.max(worstSlope, Math.abs(slope[i]! - geluSlopeOf(x)));
  });
  assert(worst < 5e-8, `gelu is off by ${worst}`);
  assert(worstSlope < 2e-7, `its slope is off by ${worstSlope}`);
});

Deno.test("AmortizeLinearGelu is 0 far below, the identity far above, and NaN at NaN", async () => {
  await openWasm();
  const [y, slope] = geluAt(Float32Array.of(-3e38, -1e10, -30, 30, 1e10, 3e38, NaN));
  assertClose(y, [0, 0, 0, 30, Math.fround(1e10), Math.fround(3e38), NaN], 1e-30);
  assertClose(slope, [0, 0, 0, 1, 1, 1, NaN], 1e-30);
});

type Four = [Values, Values, Values, Values];
interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
