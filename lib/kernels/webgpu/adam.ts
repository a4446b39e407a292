import * as tf from "@tensorflow/tfjs";
import type { TensorInfo } from "@tensorflow/tfjs";
import type { AdamAttributes } from "../adam_attributes.ts";
import { checkUnshared } from "../unshared.ts";
import { numbered } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel, type Workshop } from "./kernel.ts";
import { runSeveral } from "./several.ts";

/**
 * One step of Adam in place on `weight0`, `first0` and `second0` by `gradient0`, on `weight1` …, as many as there are; no
 * results. Throws `SharedBuffer`, before anything is queued, where another tensor holds a buffer that would change. No
 * number enters the text: all lie in a tensor, so that one program serves every step. A recorded step takes new ones by
 * `AmortizeAdamByFactors` alone.
 */
const adam = webgpuKernel<string, AdamAttributes>("AmortizeAdam", (shop, inputs, attrs) => {
  const { rate, beta1, beta2, correction1, correction2, epsilon, gradientScale } = attrs;
  const factors = tf.tensor1d(
    [rate * correction1, beta1, 1 - beta1, beta2, 1 - beta2, correction2, epsilon, gradientScale],
  );
  step(shop, inputs, factors, { where: "AmortizeAdam", unless: "" });
  factors.dispose();
  return [];
});

/** The same with `factors` `[8]` as an input: see `adamFactors` of the op. A gradient's factor of 0 is no step at all. */
const byFactors = webgpuKernel<string>("AmortizeAdamByFactors", (shop, inputs) => {
  const unless = "if (factors[7] == 0.0) { return; }";
  step(shop, inputs, inputs["factors"]!, { where: "AmortizeAdamByFactors", unless });
  return [];
});

/** What the optimiser runs. */
export const adamKernels: readonly WebgpuKernel[] = [adam, byFactors];

function step(
  shop: Workshop,
  inputs: Readonly<Record<string, TensorInfo>>,
  factors: TensorInfo,
  { where, unless }: { readonly where: string; readonly unless: string },
): void {
  const of = (name: string): TensorInfo[] => numbered(inputs, name);
  const reads = { gradient: of("gradient") },
    writes = { weight: of("weight"), first: of("first"), second: of("second") };
  for (const i of writes.weight.keys()) {
    for (const [name, tensors] of Object.entries(writes)) {
      checkUnshared(shop.backend, where, `${name}${i}`, tensors[i]!);
    }
  }
  runSeveral(shop, {
    key: unless === "" ? "adam" : "guarded adam",
    reads,
    writes,
    shared: { factors },
    text: (of) =>
      `${unless}
    let g = ${of("gradient")}[i] * factors[7];
    let m = factors[1] * ${of("first")}[i] + factors[2] * g;
    let v = factors[3] * ${of("second")}[i] + factors[4] * g * g;
    ${of("first")}[i] = m;
    ${of("second")}[i] = v;
    ${of("weight")}[i] -= factors[0] * m / (sqrt(factors[5] * v) + factors[6]);`,
  });
}
