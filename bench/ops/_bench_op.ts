import * as tf from "@tensorflow/tfjs";
import { keyFor, normals, purpose } from "../../lib/random/mod.ts";
import { available, type Kernels, useKernels } from "./_kernels.ts";

/** A differentiable function of tensors. */
export type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

/** What is measured: an op against its definition, on inputs of these shapes. */
export interface OpBench {
  /** Op and sizes. */
  readonly group: string;
  readonly op: Op;
  /** The op in plain tfjs, which stock tfjs differentiates by itself. */
  readonly reference: Op;
  readonly shapes: readonly (readonly number[])[];
  /** Whether a few runs must do. */
  readonly large?: boolean;
}

/** Stock tfjs takes seconds for some of these. */
const counted = { warmup: 1, n: 12 }, countedLarge = { warmup: 1, n: 4 };

/**
 * Registers one benchmark for each kind of kernels: forward and the gradients of all inputs. Stock tfjs, the baseline,
 * runs the definition; inputs and the gradient that comes in are made outside of the timed call.
 */
export function benchOp({ group, op, reference, shapes, large }: OpBench): void {
  const prepare = (kernels: Kernels): () => void => {
    const inputs = shapes.map((shape, i) => normalTensor(`${group} ${i}`, shape));
    const run = kernels === "stock tfjs" ? reference : op;
    const dy = tf.tidy(() => tf.onesLike(run(...inputs)));
    const both = tf.valueAndGrads(run);
    return () => {
      const { value, grads } = tf.tidy(() => both(inputs, dy));
      tf.dispose([value, grads]); // wasm has computed by now: it computes when called
    };
  };
  benchRun(group, prepare, large === true ? countedLarge : counted);
}

/**
 * Registers one benchmark for each kind of kernels. What `prepare` makes lives as long as the process, which is one file
 * of benchmarks.
 */
export function benchRun(group: string, prepare: (kernels: Kernels) => () => void, count = counted): void {
  for (const kernels of available) {
    let run: (() => void) | undefined;
    Deno.bench({ name: kernels, group, baseline: kernels === "stock tfjs", ...count }, (b) => {
      useKernels(kernels);
      run ??= prepare(kernels);
      b.start();
      run();
      b.end();
    });
  }
}

/** Standard normal numbers; equal names give equal numbers. */
export function normalTensor(name: string, shape: readonly number[], scale = 1): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(normals(purpose(keyFor(1, "bench", 0), name), size).map((z) => scale * z), [...shape], "float32");
}
