import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "@tensorflow/tfjs";
import { hasKernel, runKernel } from "./_kernel.ts";

/**
 * Adds terms to sums, name by name; a name that only one of them has keeps its tensor. Hand both over and go on with
 * what comes back: where a kernel `AmortizeAccumulate` exists, sums are changed in place and come back themselves. Each
 * tensor of the result has a buffer of its own, so that it may be changed in place; every sum must have come from here.
 *
 * @example Two gradients
 * ```ts
 * import { accumulate } from "@amortize/core/ops";
 * import { assertEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const first = accumulate({}, { w: tf.tensor1d([1, 2]) });
 * const both = accumulate(first, { w: tf.tensor1d([10, 20]), b: tf.tensor1d([3]) });
 * assertEquals(await both["w"]!.data(), Float32Array.of(11, 22));
 * assertEquals(await both["b"]!.data(), Float32Array.of(3));
 * ```
 */
export function accumulate(
  sums: Readonly<Record<string, Tensor>>,
  terms: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const results: Record<string, Tensor> = { ...sums }, pairs: Record<string, Tensor> = {};
  const inPlace = hasKernel("AmortizeAccumulate"), own = new Set(Object.values(sums));
  let count = 0;
  for (const [name, term] of Object.entries(terms)) {
    const sum = sums[name];
    if (sum === undefined) {
      const result = own.has(term) || tf.backend().refCount(term.dataId) > 1 ? tf.mul(term, 1) : term;
      own.add(results[name] = result);
    } else if (inPlace) {
      pairs[`sum${count}`] = sum;
      pairs[`term${count++}`] = term;
    } else {
      own.add(results[name] = tf.add(sum, term));
      sum.dispose();
    }
  }
  if (count > 0) runKernel("AmortizeAccumulate", pairs);
  for (const term of Object.values(terms)) if (!own.has(term)) term.dispose();
  return results;
}
