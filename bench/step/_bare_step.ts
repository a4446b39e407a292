import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { compile, type Tensors } from "../../lib/capture/mod.ts";
import { type Exchange, sumFloats, sumOverRanks } from "../../lib/collective/mod.ts";
import type { RankLost } from "../../lib/errors/rank_lost.ts";
import { transformer, type Weights } from "../../lib/model/mod.ts";
import { adamStep } from "../../lib/ops/mod.ts";
import type { Case, CaseTensor } from "./_read_case.ts";

/** What this library runs on in a contender. */
export interface Setting {
  /** `off`, `auto`, or a path. */
  readonly blas: string;
  readonly case: Case;
  /** This rank's tasks: [first, first + count). */
  readonly first: number;
  readonly count: number;
}

/** Loss and gradients of a rank's tasks; the caller owns the gradients. */
export interface LossAndGradients {
  readonly loss: number;
  readonly gradients: Weights;
}

/** A case's numbers as a tensor. */
export function tensorOf({ data, shape }: CaseTensor): tf.Tensor {
  return tf.tensor(data, [...shape], "float32");
}

/** The model's weights as tensors. */
export function weightsOf({ weights }: Case): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, tensorOf(values)]));
}

/** The loss as a tensor, and gradients; the caller owns all. */
export interface ValueAndGradients {
  readonly value: tf.Tensor;
  readonly gradients: Weights;
}

/**
 * The loss, the mean square of the final layer norm's output, and its gradients, over a rank's tasks: recorded once and
 * replayed, as training does.
 */
export async function lossAndGradients(setting: Setting): Promise<(weights: Weights) => LossAndGradients> {
  const taken = valueAndGradients(setting), names = Object.keys(setting.case.weights);
  const one = weightsOf(setting.case), other = mapped(one, (weight) => tf.mul(weight, 1.0625));
  const results = (weights: Tensors): Tensors => {
    const { value, gradients } = taken(weights);
    return { loss: value, ...gradients };
  };
  const compiled = await Effect.runPromise(compile("the bare step", results, [one, other]));
  tf.dispose([one, other]);
  return (weights) => {
    const { loss, ...gradients } = compiled.run(weights), value = loss!.dataSync()[0]!;
    loss!.dispose();
    return { loss: value, gradients: Object.fromEntries(names.map((name) => [name, gradients[name]!])) };
  };
}

function mapped(tensors: Weights, change: (tensor: tf.Tensor) => tf.Tensor): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}

/** The same as it runs, with the loss not yet read. */
export function valueAndGradients(
  { case: c, first, count }: Pick<Setting, "case" | "first" | "count">,
): (weights: Weights) => ValueAndGradients {
  const model = transformer(c.cell);
  const { positions, width } = c.cell;
  const size = positions * width;
  const data = c.input.data.slice(first * size, (first + count) * size);
  const input = tf.tensor3d(data, [count, positions, width]);
  const mask = tf.ones<tf.Rank.R3>([1, positions, positions], "bool");
  return (weights) => {
    const names = Object.keys(weights);
    const taken = tf.valueAndGrads((...xs: tf.Tensor[]) => {
      const named = Object.fromEntries(names.map((name, i) => [name, xs[i]!]));
      return tf.mean(tf.mean(tf.square(model.apply(named, input, mask)), -1)); // one sum of so many loses digits
    });
    const { value, grads } = tf.tidy(() => taken(names.map((name) => weights[name]!)));
    return { value, gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!])) };
  };
}

/** Adam over all weights, in place where a kernel does it; frees the gradients. `scale` multiplies them first. */
export function optimiser({ adam }: Case, weights: Weights): (gradients: Weights, scale: number) => Weights {
  const zeros = () => mapped(weights, ({ shape }) => tf.zeros(shape));
  let state = { weights, moments: { first: zeros(), second: zeros() } };
  let step = 0;
  return (gradients, gradientScale) => {
    step += 1;
    state = adamStep(state.weights, gradients, state.moments, { ...adam, step, gradientScale });
    tf.dispose(gradients as tf.NamedTensorMap);
    return state.weights;
  };
}

/** Floats that {@linkcode sharedStep} exchanges. */
export function sharedFloats(c: Case): number {
  const weights = Object.values(weightsOf(c)), floats = sumFloats({ tensors: weights, same: weights });
  tf.dispose(weights);
  return floats + 1;
}

/** A step of two ranks, as training does it: each computes its half, both add them up and run Adam. Answers the loss. */
export async function sharedStep(setting: Setting, exchange: Exchange): Promise<Effect.Effect<number, RankLost>> {
  let weights = weightsOf(setting.case), iteration = 0;
  const own = await lossAndGradients(setting), adam = optimiser(setting.case, weights);
  return Effect.gen(function* () {
    const { loss, gradients } = own(weights), sum = tf.scalar(loss), all = Object.values(gradients);
    yield* sumOverRanks(exchange, { iteration, tensors: [...all, sum], same: Object.values(weights) });
    iteration += 1;
    const total = sum.dataSync()[0]!;
    sum.dispose();
    weights = adam(gradients, 1 / exchange.ranks);
    return total / exchange.ranks;
  });
}
