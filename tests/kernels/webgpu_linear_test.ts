import { assertEquals } from "@std/assert";
import { registerTile } from "../../lib/kernels/webgpu/product_registers_text.ts";
import { geluOf, geluSlopeOf } from "./_normal.ts";
import { columnSumsOf, normals, productOf, type Values } from "./_wasm.ts";
import { assertNear, withBothTilings } from "./_webgpu.ts";

/** Rows, inputs, outputs: one of each, tails of every tile, whole tiles, sums of more than one piece, fours with tails. */
const shapes = [[1, 1, 1], [70, 33, 66], [64, 16, 64], [600, 3, 5], [3, 700, 2], [203, 36, 20]] as const;

/** The same, with tails of the tiles that large products have. */
const large = [300, 164, 172] as const;

type Four = [Values, Values, Values, Values];

withBothTilings("AmortizeLinear and its gradient equal plain loops, tails and long sums included", async (kernel) => {
  for (const [s, [rows, inputs, outputs]] of [...shapes, large].entries()) {
    const [x, w, b, dy] = normals(s, [rows, inputs], [inputs, outputs], [outputs], [rows, outputs]) as Four;
    const [y] = await kernel("AmortizeLinear", { x, w, b });
    const product = productOf(x.data, w.data, [rows, outputs, inputs]);
    assertNear("y", y!, product.map((v, i) => v + b.data[i % outputs]!));
    const residual = { shape: [rows, outputs], data: dy.data };
    const [sum] = await kernel("AmortizeResidualLinear", { x, w, b, residual });
    assertNear("sum", sum!, product.map((v, i) => v + b.data[i % outputs]! + dy.data[i]!));
    const [dx, dw, db] = await kernel("AmortizeLinearGradient", { x, w, dy });
    assertNear("dx", dx!, productOf(dy.data, w.data, [rows, inputs, outputs], [false, true]));
    assertNear("dw", dw!, productOf(x.data, dy.data, [inputs, outputs, rows], [true, false]));
    assertNear("db", db!, columnSumsOf(dy.data, outputs));
  }
});

withBothTilings("AmortizeLinearGelu and its gradient equal plain loops", async (kernel) => {
  for (const [s, [rows, inputs, outputs]] of [...shapes.slice(0, 3), shapes[5]].entries()) {
    const [x, w, b, dy] = normals(s, [rows, inputs], [inputs, outputs], [outputs], [rows, outputs]) as Four;
    const before = productOf(x.data, w.data, [rows, outputs, inputs]).map((v, i) => v + b.data[i % outputs]!);
    const [y, slope] = await kernel("AmortizeLinearGelu", { x, w, b });
    assertNear("y", y!, before.map(geluOf));
    const [same, kept] = await kernel("AmortizeLinearKeptGelu", { x, w, b });
    assertEquals(same, y);
    assertNear("before", kept!, before);
    assertEquals(await kernel("AmortizeGelu", { before: { shape: [rows, outputs], data: kept! } }), [y]);
    const scale = before.reduce((most, u) => Math.max(most, Math.abs(u)), 1); // u is known to 1e-6 of that
    assertNear("slope", slope!, before.map(geluSlopeOf), 1e-6, scale);
    const saved = { shape: [rows, outputs], data: slope! }, inner = dy.data.map((d, i) => d * slope![i]!);
    const [dx, dw, db] = await kernel("AmortizeLinearGeluGradient", { x, w, slope: saved, dy });
    assertNear("dx", dx!, productOf(inner, w.data, [rows, inputs, outputs], [false, true]));
    assertNear("dw", dw!, productOf(x.data, inner, [inputs, outputs, rows], [true, false]));
    assertNear("db", db!, columnSumsOf(inner, outputs));
  }
});

withBothTilings("AmortizeGeluLinearGradient equals plain loops through y = gelu(before) w + b", async (kernel) => {
  for (const [s, [rows, inputs, outputs]] of [...shapes.slice(0, 3), shapes[5]].entries()) {
    const [before, w, dy] = normals(s, [rows, inputs], [inputs, outputs], [rows, outputs]) as [Values, Values, Values];
    const x = { shape: before.shape, data: before.data.map(geluOf) };
    const [dBefore, dw, db] = await kernel("AmortizeGeluLinearGradient", { x, before, w, dy });
    const dx = productOf(dy.data, w.data, [rows, inputs, outputs], [false, true]);
    assertNear("dbefore", dBefore!, dx.map((v, i) => v * geluSlopeOf(before.data[i]!)));
    assertNear("dw", dw!, productOf(x.data, dy.data, [inputs, outputs, rows], [true, false]));
    assertNear("db", db!, columnSumsOf(dy.data, outputs));
  }
});

Deno.test("registerTile() is larger for large products, and never beyond what there is", () => {
  const tileOf = ([rows, inner, columns]: readonly [number, number, number]) =>
    registerTile({
      name: "product",
      rows,
      columns,
      inner,
      a: { along: "k", fours: true, read: "" },
      b: { along: "c", fours: true, read: "" },
      store: "",
      storesFours: true,
    });
  assertEquals(tileOf(large), [16, 16]);
  assertEquals(tileOf([64, 16, 64]), [8, 8]);
  assertEquals(tileOf([3, 16, 4]), [4, 4]);
});
