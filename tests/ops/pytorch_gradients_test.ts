/** Values and gradients against PyTorch's, on one fixed case: fixtures/gradients/make.py. */
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { decodeSafetensors, type SafeTensor } from "../../lib/files/mod.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { dense, transformer, type Weights } from "../../lib/model/mod.ts";
import { softmaxCrossEntropy, squaredError } from "../../lib/ops/mod.ts";
import { assertClose, assertNoLeak, onEveryBackend, tensorOf, type Values } from "../backends.ts";

const file = await Deno.readFile(new URL("../../fixtures/gradients/transformer.safetensors", import.meta.url));
const { tensors, metadata } = Effect.runSync(decodeSafetensors(file));
const sizes = JSON.parse(metadata["model"]!) as { width: number; layers: number; heads: number; feedForward: number };
const losses = { crossEntropy: softmaxCrossEntropy, squaredError } as const;
const tolerance = { relative: 1e-5, absolute: 0 };

function values(name: string): Values {
  const { shape, data } = tensors[name] as SafeTensor & { readonly data: Float32Array };
  return { shape, data };
}

const names = Object.keys(tensors).filter((name) => name.startsWith("weights.")).map((name) => name.slice(8));

/** One loss, and its gradients by name, the input's among them. */
function computed(loss: keyof typeof losses): Promise<Record<string, Values>> {
  return assertNoLeak(async () => {
    const weights = names.map((name) => tensorOf(values(`weights.${name}`)));
    const input = tensorOf(values("input")), target = tensorOf(values(`target.${loss}`));
    const mask = tf.tidy(() => tf.cast(tensorOf(values("mask")), "bool")) as tf.Tensor3D;
    const [tasks, queries, outputs] = target.shape as [number, number, number];
    const model = transformer(sizes);
    const meanLoss = (...xs: tf.Tensor[]): tf.Tensor => {
      const named: Weights = Object.fromEntries(names.map((name, i) => [name, xs[i]!]));
      const hidden = model.apply(named, xs.at(-1) as tf.Tensor3D, mask);
      const prediction = tf.reshape(dense(named, "head", hidden), [tasks, hidden.shape[1], queries, outputs]);
      return tf.mean(losses[loss](prediction, target));
    };
    const { value, grads } = tf.tidy(() => tf.valueAndGrads(meanLoss)([...weights, input]));
    const read = async (tensor: tf.Tensor): Promise<Values> => ({
      shape: tensor.shape,
      data: await tensor.data() as Float32Array,
    });
    const named = [["loss", value], ...[...names, "input"].map((name, i) => [name, grads[i]!])] as [
      string,
      tf.Tensor,
    ][];
    const result: Record<string, Values> = {};
    for (const [name, tensor] of named) result[name] = await read(tensor);
    tf.dispose([...weights, input, target, mask, value, ...grads]);
    return result;
  });
}

for (const loss of Object.keys(losses) as (keyof typeof losses)[]) {
  onEveryBackend(`transformer() and ${loss} have PyTorch's value and gradients`, async () => {
    const { loss: value, ...gradients } = await computed(loss);
    assertClose("loss", value!, values(`loss.${loss}`), tolerance);
    for (const [name, found] of Object.entries(gradients)) {
      assertClose(`gradient of ${name}`, found, values(`${loss}.${name}`), tolerance);
    }
  }, { kernels: registerKernels });
}
