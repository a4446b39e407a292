import * as tf from "@tensorflow/tfjs";
import type { TensorInfo } from "@tensorflow/tfjs";
import type { AdamAttributes } from "../adam_attributes.ts";
import { checkUnshared } from "../unshared.ts";
import { elementwise } from "./elementwise.ts";
import { numbered, sizeOf } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel, type Workshop } from "./kernel.ts";

/**
 * One step of Adam in place on `weight0`, `first0` and `second0` by `gradient0`, on `weight1` …, as many as there are, one
 * dispatch each; no results. Throws `SharedBuffer`, before anything is queued, where another tensor holds a buffer that
 * would change. No number enters the text: all lie in a tensor, so that a recorded step takes new ones.
 */
const adam = webgpuKernel<string, AdamAttributes>("AmortizeAdam", (shop, inputs, attrs) => {
  const { rate, beta1, beta2, correction1, correction2, epsilon, gradientScale } = attrs;
  const factors = tf.tensor1d(
    [rate * correction1, beta1, 1 - beta1, beta2, 1 - beta2, correction2, epsilon, gradientScale],
  );
  step(shop, inputs, factors, "AmortizeAdam");
  factors.dispose();
  return [];
});

/** The same with `factors` `[8]` as an input: see `adamFactors` of the op. */
const byFactors = webgpuKernel<string>("AmortizeAdamByFactors", (shop, inputs) => {
  step(shop, inputs, inputs["factors"]!, "AmortizeAdamByFactors");
  return [];
});

/** What the optimiser runs. */
export const adamKernels: readonly WebgpuKernel[] = [adam, byFactors];

function step(shop: Workshop, inputs: Readonly<Record<string, TensorInfo>>, factors: TensorInfo, where: string): void {
  const count = numbered(inputs, "weight").length;
  for (let i = 0; i < count; i++) {
    for (const name of ["weight", "first", "second"]) {
      checkUnshared(shop.backend, where, `${name}${i}`, inputs[`${name}${i}`]!);
    }
  }
  for (let i = 0; i < count; i++) {
    const weight = inputs[`weight${i}`]!, first = inputs[`first${i}`]!, second = inputs[`second${i}`]!;
    shop.run(elementwise({
      key: "adam",
      reads: { gradient: inputs[`gradient${i}`]!, factors },
      writes: { weight, first, second },
      size: sizeOf(weight),
      text: `let g = gradient[i] * factors[7];
  let m = factors[1] * first[i] + factors[2] * g;
  let v = factors[3] * second[i] + factors[4] * g * g;
  first[i] = m;
  second[i] = v;
  weight[i] -= factors[0] * m / (sqrt(factors[5] * v) + factors[6]);`,
    }));
  }
}
