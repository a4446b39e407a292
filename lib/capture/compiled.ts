import type { Tensor } from "@tensorflow/tfjs";

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * A synchronous function of tensors alone: the same tfjs calls in the same order whatever its inputs hold, no reads, no
 * random draws. What changes from call to call comes in as a tensor. The caller owns inputs and results.
 */
export type TensorFunction = (inputs: Tensors) => Tensors;

/** A recorded {@linkcode TensorFunction}: the same results, bit for bit, without tape, tidy or tensors in between. */
export interface Compiled {
  /** Inputs with the names, shapes and types of the recording; results are owned by the caller. */
  run(inputs: Tensors): Tensors;
  /** Kernel calls (wasm) or dispatches (WebGPU) of one run. */
  readonly calls: number;
  /** Frees what it holds. */
  dispose(): void;
}
