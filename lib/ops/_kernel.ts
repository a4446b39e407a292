import * as tf from "@tensorflow/tfjs";

/** Whether the current backend has a kernel of this name. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** Whether the current backend has both a kernel and its gradient: what one saves only the other can read. */
export function hasKernelAndGradient(name: string): boolean {
  return hasKernel(name) && hasKernel(`${name}Gradient`);
}

/**
 * Runs the current backend's kernel of this name, or answers undefined where there is none. Results are tracked by
 * tfjs like those of any op; nothing is recorded for the gradient, which {@linkcode withGradient} gives.
 */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: Readonly<Record<string, number>> = {},
): tf.Tensor[] | undefined {
  if (!hasKernel(name)) return undefined;
  const results: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, { ...inputs }, { ...attrs });
  return Array.isArray(results) ? results : [results];
}

/** Tensors as a kernel takes them that works on as many as there are: `name0`, `name1`, … */
export function numbered(name: string, tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(tensors.map((tensor, i) => [`${name}${i}`, tensor]));
}
