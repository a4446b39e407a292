import * as tf from "@tensorflow/tfjs";

/**
 * The same numbers with no way back for gradients (stop-gradient, sg). tfjs has no such op: an op without inputs is on
 * no path of the tape, and what runs inside an op is not recorded. The caller owns the results.
 */
export function hold<Tensors extends Readonly<Record<string, tf.Tensor>>>(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, holdOne(tensor)])) as Tensors;
}

function holdOne(tensor: tf.Tensor): tf.Tensor {
  return tf.customGrad(() => ({ value: tensor.clone(), gradFunc: () => [] }))();
}
