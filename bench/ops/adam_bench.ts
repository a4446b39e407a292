import * as tf from "@tensorflow/tfjs";
import { type AdamMoments, adamStep, globalNorm } from "../../lib/ops/mod.ts";
import { benchRun, normalTensor } from "./_bench_op.ts";

/** Shapes of one layer of a transformer, by name. */
function layerShapes(width: number): Record<string, number[]> {
  const [hidden, wide] = [4 * width, 3 * width];
  return {
    qkv: [width, wide],
    qkvBias: [wide],
    output: [width, width],
    first: [width, hidden],
    second: [hidden, width],
  };
}

for (const width of [64, 256]) {
  const shapes = layerShapes(width);
  const named = (of: (name: string, shape: number[]) => tf.Tensor): Record<string, tf.Tensor> =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, of(name, shape)]));
  const count = Object.values(shapes).reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0);

  benchRun(`Adam, ${count} weights in ${Object.keys(shapes).length} tensors`, (kernels) => {
    const weights = named((name, shape) => normalTensor(name, shape));
    const gradients = named((name, shape) => normalTensor(`${name} gradient`, shape));
    return kernels === "stock tfjs" ? stockAdam(weights, gradients) : ourAdam(weights, gradients);
  });

  benchRun(`globalNorm, ${count} numbers in ${Object.keys(shapes).length} tensors`, (kernels) => {
    const all = Object.values(named((name, shape) => normalTensor(name, shape)));
    const stock = (): tf.Tensor => tf.sqrt(tf.addN(all.map((x) => tf.sum(tf.square(x)))));
    return () => tf.tidy(() => void (kernels === "stock tfjs" ? stock() : globalNorm(all)));
  });
}

function ourAdam(weights: Record<string, tf.Tensor>, gradients: Record<string, tf.Tensor>): () => void {
  const zeros = (): Record<string, tf.Tensor> =>
    Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, tf.zeros(shape)]));
  const moments: AdamMoments = { first: zeros(), second: zeros() };
  let state = { weights, moments };
  let step = 0;
  return () => {
    step += 1;
    state = adamStep(state.weights, gradients, state.moments, {
      rate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      step,
    });
  };
}

/** tfjs's own optimiser on its own variables. */
function stockAdam(weights: Record<string, tf.Tensor>, gradients: Record<string, tf.Tensor>): () => void {
  const names = Object.keys(weights);
  const prefix = `${names.length} ${weights[names[0]!]!.size}`; // names of variables are the process's
  for (const name of names) tf.variable(weights[name]!, true, `${prefix} ${name}`);
  const optimiser = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const named = names.map((name) => ({ name: `${prefix} ${name}`, tensor: gradients[name]! }));
  return () => optimiser.applyGradients(named);
}
