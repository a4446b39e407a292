import type { TensorInfo } from "@tensorflow/tfjs";
import { matrixShape } from "../kernel.ts";
import { type WasmKernel, wasmKernel, type Workshop } from "./kernel.ts";

/** x `[…, in]`, w `[in, out]`, b `[out]` → y `[…, out]` = x w + b. */
const forward = wasmKernel<"x" | "w" | "b">("AmortizeLinear", (shop, { x, w, b }) => {
  const y = product(shop, x, w), [rows, outputs] = matrixShape(y);
  shop.assembly.addBias(rows, outputs, shop.address(y), shop.address(b));
  return y;
});

/** x, w, dy `[rows, out]` → dx, dw, db. */
const gradient = wasmKernel<"x" | "w" | "dy">("AmortizeLinearGradient", (shop, { x, w, dy }) => {
  const [rows, outputs] = matrixShape(dy), db = shop.output(outputs);
  shop.assembly.columnSums(rows, outputs, shop.address(dy), shop.address(db));
  return [...productGradients(shop, x, w, shop.address(dy)), db];
});

/** As AmortizeLinear, then GELU (exact, erf) → y and its slope gelu′(x w + b), both `[rows, out]`. */
const geluForward = wasmKernel<"x" | "w" | "b">("AmortizeLinearGelu", (shop, { x, w, b }) => {
  const slope = product(shop, x, w), [rows, outputs] = matrixShape(slope), y = shop.output(...slope.shape);
  shop.assembly.biasGelu(rows, outputs, shop.address(slope), shop.address(b), shop.address(y));
  return [y, slope];
});

/** x, w, slope, dy → dx, dw, db. */
const geluGradient = wasmKernel<"x" | "w" | "slope" | "dy">(
  "AmortizeLinearGeluGradient",
  (shop, { x, w, slope, dy }) => {
    const [rows, outputs] = matrixShape(dy), db = shop.output(outputs), inner = shop.output(rows, outputs);
    shop.assembly.multiplyAndSum(
      rows,
      outputs,
      shop.address(slope),
      shop.address(dy),
      shop.address(inner),
      shop.address(db),
    );
    const gradients = productGradients(shop, x, w, shop.address(inner));
    shop.backend.disposeData(inner.dataId);
    return [...gradients, db];
  },
);

/** The linear kernels. */
export const linearKernels: readonly WasmKernel[] = [forward, gradient, geluForward, geluGradient];

function product(shop: Workshop, x: TensorInfo, w: TensorInfo): TensorInfo {
  const [rows, inputs] = matrixShape(x), [, outputs] = matrixShape(w);
  const y = shop.output(...x.shape.slice(0, -1), outputs);
  const [xAt, wAt, yAt] = [shop.address(x), shop.address(w), shop.address(y)];
  shop.multiply(false, false, rows, outputs, inputs, xAt, inputs, wAt, outputs, false, yAt, outputs);
  return y;
}

/** dx = dy wᵀ, dw = xᵀ dy, dy by its address. */
function productGradients(shop: Workshop, x: TensorInfo, w: TensorInfo, dy: number): [TensorInfo, TensorInfo] {
  const [rows, inputs] = matrixShape(x), [, outputs] = matrixShape(w);
  const dx = shop.output(...x.shape), dw = shop.output(inputs, outputs);
  shop.multiply(
    false,
    true,
    rows,
    inputs,
    outputs,
    dy,
    outputs,
    shop.address(w),
    outputs,
    false,
    shop.address(dx),
    inputs,
  );
  shop.multiply(
    true,
    false,
    inputs,
    outputs,
    rows,
    shop.address(x),
    inputs,
    dy,
    outputs,
    false,
    shop.address(dw),
    outputs,
  );
  return [dx, dw];
}
