import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";
import { forwardProduct, gradientProducts, outShape } from "./linear_products.ts";

/** x `[…, in]`, w `[in, out]`, b `[out]` → y `[…, out]` = x w + b. */
const forward = webgpuKernel<"x" | "w" | "b">("AmortizeLinear", (shop, { x, w, b }) => {
  const y = shop.output(...outShape(x, w));
  forwardProduct(shop, "linear", { x, w, b }, { y }, (at) => `y[${at}] = v + q;`);
  return y;
});

/** As AmortizeLinear, and residual `[…, out]` added. */
const residualForward = webgpuKernel<"x" | "w" | "b" | "residual">("AmortizeResidualLinear", (shop, inputs) => {
  const y = shop.output(...outShape(inputs.x, inputs.w));
  const store = (at: string): string => `y[${at}] = residual[${at}] + (v + q);`;
  forwardProduct(shop, "residualLinear", inputs, { y }, store);
  return y;
});

/** x, w, dy `[…, out]` → dx, dw, db. */
const gradient = webgpuKernel<"x" | "w" | "dy">(
  "AmortizeLinearGradient",
  (shop, { x, w, dy }) => gradientProducts(shop, "linearGradient", { x, w, dy }, (at) => `dy[${at}]`),
);

/** The linear kernels. */
export const linearKernels: readonly WebgpuKernel[] = [forward, residualForward, gradient];
