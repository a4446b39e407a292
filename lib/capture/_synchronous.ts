import * as tf from "@tensorflow/tfjs";
import type { TensorFunction, Tensors } from "./compiled.ts";

/** The same function, which throws where what it gives is no record of tensors: a promise above all. */
export function synchronous(fn: TensorFunction): TensorFunction {
  return (inputs) => {
    const results: unknown = fn(inputs);
    if (results instanceof Promise) {
      results.catch(() => {}); // what it does later nobody awaits
      throw new TypeError("it gives a promise, and only what runs at once is recorded");
    }
    const isRecord = typeof results === "object" && results !== null && !(results instanceof tf.Tensor);
    if (isRecord && Object.values(results).every((one) => one instanceof tf.Tensor)) return results as Tensors;
    throw new TypeError("it must give tensors by name, as in { y: … }");
  };
}
