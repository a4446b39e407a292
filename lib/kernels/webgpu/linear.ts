import type { TensorInfo } from "@tensorflow/tfjs";
import { geluText } from "./gelu_text.ts";
import { matrixShape } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel, type Workshop } from "./kernel.ts";
import { type Product, productText } from "./product_text.ts";

/** Runs products in one dispatch. */
export function runProducts(
  shop: Workshop,
  key: string,
  reads: Readonly<Record<string, TensorInfo>>,
  writes: Readonly<Record<string, TensorInfo>>,
  products: readonly Product[],
  before = "",
): void {
  const sizes = products.map(({ batch, rows, columns, inner }) => [batch, rows, columns, inner].join("x")).join(" ");
  const { text, threads, groups } = productText(products, shop.tiling);
  shop.run({
    key: `${key} ${shop.tiling.product} ${sizes}`,
    reads,
    writes,
    threads,
    groups,
    text: () => before + text,
  });
}

/** x `[…, in]`, w `[in, out]`, b `[out]` → y `[…, out]` = x w + b. */
const forward = webgpuKernel<"x" | "w" | "b">("AmortizeLinear", (shop, { x, w, b }) => {
  const product = forwardProduct(x, w, (at) => `y[${at}] = v + b[c];`), y = shop.output(...outShape(x, w));
  runProducts(shop, "linear", { x, w, b }, { y }, [product]);
  return y;
});

/** As AmortizeLinear, then GELU (exact, erf) → y and its slope gelu′(x w + b). */
const geluForward = webgpuKernel<"x" | "w" | "b">("AmortizeLinearGelu", (shop, { x, w, b }) => {
  const y = shop.output(...outShape(x, w)), slope = shop.output(...outShape(x, w));
  const product = forwardProduct(
    x,
    w,
    (at) =>
      `let u = v + b[c]; let below = normalBelow(u); let near = clamp(u, -20.0, 20.0);
  y[${at}] = u * below; slope[${at}] = below + near * density(near) * ${1 / Math.sqrt(2 * Math.PI)};`,
  );
  runProducts(shop, "linearGelu", { x, w, b }, { y, slope }, [product], geluText);
  return [y, slope];
});

/** x, w, dy `[…, out]` → dx, dw, db. */
const gradient = webgpuKernel<"x" | "w" | "dy">(
  "AmortizeLinearGradient",
  (shop, { x, w, dy }) => gradients(shop, "linearGradient", { x, w, dy }, (at) => `dy[${at}]`),
);

/** x, w, slope, dy → dx, dw, db. */
const geluGradient = webgpuKernel<"x" | "w" | "slope" | "dy">(
  "AmortizeLinearGeluGradient",
  (shop, inputs) => gradients(shop, "linearGeluGradient", inputs, (at) => `dy[${at}] * slope[${at}]`),
);

/** The linear kernels. */
export const linearKernels: readonly WebgpuKernel[] = [forward, gradient, geluForward, geluGradient];

function outShape(x: TensorInfo, w: TensorInfo): number[] {
  return [...x.shape.slice(0, -1), w.shape[1]!];
}

function forwardProduct(x: TensorInfo, w: TensorInfo, store: (at: string) => string): Product {
  const [rows, inner] = matrixShape(x), columns = w.shape[1]!;
  return {
    name: "toY",
    rows,
    columns,
    inner,
    a: [`x[r * ${inner}u + k]`, "k"],
    b: [`w[k * ${columns}u + c]`, "c"],
    store: store(`r * ${columns}u + c`),
  };
}

/** dx = g wᵀ, and dw = xᵀ g with a row of ones below xᵀ, which gives db: both in one dispatch, g by its entries. */
function gradients(
  shop: Workshop,
  key: string,
  inputs: Readonly<Record<"x" | "w" | "dy", TensorInfo>>,
  g: (at: string) => string,
): TensorInfo[] {
  const { x, w } = inputs, [rows, ins] = matrixShape(x), outs = w.shape[1]!;
  const dx = shop.output(...x.shape), dw = shop.output(ins, outs), db = shop.output(outs);
  runProducts(shop, key, inputs, { dx, dw, db }, [
    {
      name: "toX",
      rows,
      columns: ins,
      inner: outs,
      a: [g(`r * ${outs}u + k`), "k"],
      b: [`w[c * ${outs}u + k]`, "k"],
      store: `dx[r * ${ins}u + c] = v;`,
    },
    {
      name: "toW",
      rows: ins + 1,
      columns: outs,
      inner: rows,
      a: [`select(1.0, x[k * ${ins}u + min(r, ${ins - 1}u)], r < ${ins}u)`, "r"],
      b: [g(`k * ${outs}u + c`), "c"],
      store: `if (r < ${ins}u) { dw[r * ${outs}u + c] = v; } else { db[c] = v; }`,
    },
  ]);
  return [dx, dw, db];
}
