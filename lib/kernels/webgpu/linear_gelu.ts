import type { TensorInfo } from "@tensorflow/tfjs";
import { elementwise } from "./elementwise.ts";
import { geluText } from "./gelu_text.ts";
import { sizeOf } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel, type Workshop } from "./kernel.ts";
import { forwardProduct, gradientProducts, outShape } from "./linear_products.ts";
import { inFours, rowsInFours } from "./tiling.ts";

/** As AmortizeLinear, then GELU (exact, erf) → y and its slope gelu′(x w + b). */
const forward = webgpuKernel<"x" | "w" | "b">("AmortizeLinearGelu", (shop, inputs) => {
  const y = shop.output(...outShape(inputs.x, inputs.w)), slope = shop.output(...outShape(inputs.x, inputs.w));
  const store = (at: string): string => `let u = v + q; y[${at}] = gelu(u); slope[${at}] = geluSlope(u);`;
  forwardProduct(shop, "linearGelu", inputs, { y, slope }, store, geluOf(shop, inputs.w));
  return [y, slope];
});

/** The same → y and what it is the GELU of, x w + b. */
const keptForward = webgpuKernel<"x" | "w" | "b">("AmortizeLinearKeptGelu", (shop, inputs) => {
  const y = shop.output(...outShape(inputs.x, inputs.w)), before = shop.output(...outShape(inputs.x, inputs.w));
  const store = (at: string): string => `let u = v + q; y[${at}] = gelu(u); before[${at}] = u;`;
  forwardProduct(shop, "linearKeptGelu", inputs, { y, before }, store, geluOf(shop, inputs.w));
  return [y, before];
});

/** x, w, slope, dy → dx, dw, db. */
const gradient = webgpuKernel<"x" | "w" | "slope" | "dy">(
  "AmortizeLinearGeluGradient",
  (shop, inputs) => gradientProducts(shop, "linearGeluGradient", inputs, (at) => `dy[${at}] * slope[${at}]`),
);

/** before → gelu(before). */
const gelu = webgpuKernel<"before">("AmortizeGelu", (shop, { before }) => {
  const y = shop.output(...before.shape), fours = inFours(shop.tiling, before);
  shop.run({
    ...elementwise({
      key: `gelu ${fours}`,
      reads: { before },
      writes: { y },
      size: fours ? sizeOf(before) / 4 : sizeOf(before),
      text: "y[i] = gelu(before[i]);",
      before: geluText(fours ? "vec4f" : "f32"),
    }),
    fours: fours ? ["before", "y"] : [],
  });
  return y;
});

/** The way back through y = gelu(before) w + b: x = gelu(before), before, w, dy → dbefore, dw, db. */
const geluLinearGradient = webgpuKernel<"x" | "before" | "w" | "dy">("AmortizeGeluLinearGradient", (shop, inputs) => {
  const change = (at: string): string => `v * geluSlope(before[${at}])`;
  return gradientProducts(shop, "geluLinearGradient", inputs, (at) => `dy[${at}]`, change, geluText);
});

/** GELU and the products on both sides of it. */
export const linearGeluKernels: readonly WebgpuKernel[] = [forward, keptForward, gradient, gelu, geluLinearGradient];

function geluOf(shop: Workshop, w: TensorInfo): string {
  return geluText(rowsInFours(shop.tiling, w.shape[1]!) ? "vec4f" : "f32");
}
