import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import { batchedProduct, batchedProductReference } from "./batched_product.ts";
import { hasKernelAndGradient, runKernel } from "./_kernel.ts";
import { checkShape } from "./_shape.ts";
import { withGradient } from "./_with_gradient.ts";

/** What {@linkcode prefixMean} means, in plain tfjs; the tests' reference. */
export function prefixMeanReference(x: Tensor): Tensor3D {
  return tf.tidy(() => batchedProductReference(averaging(x.shape[1]!, "forward"), x));
}

/**
 * The mean of every prefix: y[t, i] = mean over j ≤ i of x[t, j]; x and y `[tasks, n, features]`, y owned by the
 * caller. Differentiable once. Throws {@linkcode ShapeMismatch}. Kernel: `AmortizePrefixMean`.
 */
export function prefixMean(x: Tensor): Tensor3D {
  checkShape("prefixMean(x)", x, ["tasks", "n", "features"], "put what is averaged over on the second axis");
  const fast = hasKernelAndGradient("AmortizePrefixMean");
  return withGradient(
    [x],
    () => ({ value: fast ? runKernel("AmortizePrefixMean", { x })![0]! : plainPrefixMean(x), saved: [] }),
    (dy) => fast ? runKernel("AmortizePrefixMeanGradient", { dy })! : [plainPrefixMeanGradient(dy)],
  ) as Tensor3D;
}

/** The forward pass where there is no kernel: one product for all tasks. */
export function plainPrefixMean(x: Tensor): Tensor3D {
  return batchedProduct(averaging(x.shape[1]!, "forward"), x);
}

/** dx_j = Σ_{i ≥ j} dy_i / i. */
export function plainPrefixMeanGradient(dy: Tensor): Tensor3D {
  return batchedProduct(averaging(dy.shape[1]!, "transposed"), dy);
}

/**
 * `[1, n, n]`: 1 / i where j ≤ i (both from 1), else 0. A product with it, and not `tf.cumsum`: the gradient of that has
 * its axes exchanged, and on webgpu its reversed form takes the length of whichever call compiled it first.
 */
function averaging(n: number, direction: "forward" | "transposed"): Tensor3D {
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) data[direction === "forward" ? i * n + j : j * n + i] = 1 / (i + 1);
  }
  return tf.tensor3d(data, [1, n, n]);
}
