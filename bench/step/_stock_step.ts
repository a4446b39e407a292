import * as tf from "@tensorflow/tfjs";
import type { Case, CaseTensor } from "./_read_case.ts";

/** A step of tfjs alone on the current backend: its own ops, tape and Adam. Answers the loss, which the caller owns. */
export function stockStep(c: Case): () => tf.Scalar {
  const { cell, adam, input, weights } = c;
  const { tasks, positions, width, heads, layers, layerNormEpsilon } = cell;
  const rows = tasks * positions, perHead = width / heads;
  const tensorOf = ({ data, shape }: CaseTensor): tf.Tensor => tf.tensor(data, [...shape], "float32");
  const x0 = tf.reshape(tensorOf(input), [rows, width]);
  const variables = Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, tf.variable(tensorOf(values), true, name)]),
  );
  const optimiser = tf.train.adam(adam.rate, adam.beta1, adam.beta2, adam.epsilon);

  function dense(name: string, x: tf.Tensor): tf.Tensor {
    return tf.add(tf.matMul(x, variables[`${name}.weight`]!), variables[`${name}.bias`]!);
  }

  function norm(name: string, x: tf.Tensor): tf.Tensor {
    const centred = tf.sub(x, tf.mean(x, 1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), layerNormEpsilon));
    return tf.add(tf.mul(tf.mul(centred, scale), variables[`${name}.gain`]!), variables[`${name}.bias`]!);
  }

  function gelu(x: tf.Tensor): tf.Tensor {
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  }

  function attention(qkv: tf.Tensor): tf.Tensor {
    const [q, k, v] = tf.split(qkv, 3, 1).map((part) =>
      tf.reshape(tf.transpose(tf.reshape(part, [tasks, positions, heads, perHead]), [0, 2, 1, 3]), [
        tasks * heads,
        positions,
        perHead,
      ])
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const seen = tf.matMul(tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(perHead))), v);
    return tf.reshape(tf.transpose(tf.reshape(seen, [tasks, heads, positions, perHead]), [0, 2, 1, 3]), [rows, width]);
  }

  function loss(): tf.Scalar {
    let x: tf.Tensor = x0;
    for (let layer = 0; layer < layers; layer++) {
      const name = `model.layers.${layer}`;
      const qkv = dense(`${name}.attention.qkv`, norm(`${name}.attention.norm`, x));
      x = tf.add(x, dense(`${name}.attention.output`, attention(qkv)));
      const hidden = gelu(dense(`${name}.feedForward.hidden`, norm(`${name}.feedForward.norm`, x)));
      x = tf.add(x, dense(`${name}.feedForward.output`, hidden));
    }
    return tf.mean(tf.mean(tf.square(norm("model.norm", x)), -1)); // one sum of so many loses digits
  }

  return () => {
    const { value, grads } = tf.variableGrads(loss);
    optimiser.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    tf.dispose(grads);
    return value;
  };
}
