import * as tf from "@tensorflow/tfjs";

/** What a forward pass gives: its value, and the tensors that the backward pass will want again. */
export interface Forward {
  readonly value: tf.Tensor;
  readonly saved: readonly tf.Tensor[];
}

/**
 * Runs `forward` as one op whose gradient is `backward`: it gets dy and the saved tensors, in their order, and answers
 * one gradient per input. Whatever else either makes is disposed. tfjs keeps the saved tensors by reference until the
 * gradient is taken. A second-order gradient goes through `backward` only where that is made of plain tfjs ops.
 */
export function withGradient(
  inputs: readonly tf.Tensor[],
  forward: () => Forward,
  backward: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[],
): tf.Tensor {
  return tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    const { value, saved } = forward();
    save([...saved]);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => tf.tidy(() => backward(dy, kept)) };
  })(...inputs);
}
