import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "@tensorflow/tfjs";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { hasKernel, numbered, runKernel } from "./_kernel.ts";
import { checkShape } from "./_shape.ts";

/** Settings of one step of Adam. */
export interface AdamHyper {
  /** Learning rate. */
  readonly rate: number;
  /** Decay of the first moment, usually 0.9. */
  readonly beta1: number;
  /** Decay of the second moment, usually 0.999. */
  readonly beta2: number;
  /** Added to the root of the second moment, usually 1e-8. */
  readonly epsilon: number;
  /** Which step this is, from 1; enters the bias corrections. */
  readonly step: number;
  /** What gradients are multiplied by first (clipping, averaging); 1 if left out. */
  readonly gradientScale?: number;
}

/** What Adam remembers of earlier gradients, by weight name; zeros at the start. */
export interface AdamMoments {
  /** Running means of gradients. */
  readonly first: Readonly<Record<string, Tensor>>;
  /** Running means of their squares. */
  readonly second: Readonly<Record<string, Tensor>>;
}

/** What a step leaves: the caller owns every tensor of it. */
export interface AdamState {
  /** The new weights, under the old names. */
  readonly weights: Record<string, Tensor>;
  /** The new moments. */
  readonly moments: { readonly first: Record<string, Tensor>; readonly second: Record<string, Tensor> };
}

/**
 * The eight numbers of a step as kernels take them in a tensor `[8]`: rate / (1 − β₁ᵗ), β₁, 1 − β₁, β₂, 1 − β₂,
 * 1 / (1 − β₂ᵗ), ε and the gradient's factor, worked out in double precision, since 1 − β₂ᵗ cancels in single.
 */
export function adamFactors(hyper: AdamHyper): Float32Array<ArrayBuffer> {
  return Float32Array.from(factorsOf(hyper));
}

function factorsOf({ rate, beta1, beta2, epsilon, step, gradientScale = 1 }: AdamHyper): number[] {
  const correction1 = 1 / (1 - beta1 ** step), correction2 = 1 / (1 - beta2 ** step);
  return [rate * correction1, beta1, 1 - beta1, beta2, 1 - beta2, correction2, epsilon, gradientScale];
}

/**
 * One step for one tensor, in plain tfjs: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
 * w ← w − rate · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε). Answers new w, m, v and disposes nothing it was given.
 * Source: Kingma and Ba 2015, algorithm 1.
 */
export function adamReference(
  weight: Tensor,
  gradient: Tensor,
  first: Tensor,
  second: Tensor,
  hyper: AdamHyper | Tensor,
): [Tensor, Tensor, Tensor] {
  return tf.tidy(() => {
    const factors: readonly Factor[] = hyper instanceof tf.Tensor ? tf.unstack(hyper) : factorsOf(hyper);
    const [rate, beta1, rest1, beta2, rest2, correction2, epsilon, scale] = factors as Eight;
    const g = tf.mul(gradient, scale);
    const m = tf.add(tf.mul(first, beta1), tf.mul(g, rest1));
    const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(g), rest2));
    const step = tf.div(tf.mul(m, rate), tf.add(tf.sqrt(tf.mul(v, correction2)), epsilon));
    const news: [Tensor, Tensor, Tensor] = [tf.sub(weight, step), m, v], olds = [weight, first, second];
    if (!(scale instanceof tf.Tensor)) return news;
    return news.map((x, i) => tf.where(tf.notEqual(scale, 0), x, olds[i]!)) as typeof news;
  });
}

type Factor = number | Tensor;
type Eight = readonly [Factor, Factor, Factor, Factor, Factor, Factor, Factor, Factor];

/**
 * One step of Adam over all weights. Hand over weights and moments and go on with those that come back: where a kernel
 * `AmortizeAdam` exists the tensors are changed in place and come back themselves, elsewhere new ones come back and the
 * old are disposed. A `tf.Variable` stays the same object. Gradients remain the caller's. NaN comes through. Throws
 * {@linkcode ShapeMismatch}, before anything is changed, if a gradient or moment is missing or has another shape.
 *
 * The settings may be a tensor `[8]` of {@linkcode adamFactors}: a step that is recorded and replayed reads from it what
 * changes from replay to replay. It remains the caller's; `guardStep` finds the gradients' factor on the device,
 * and one of 0 leaves weights and moments as they are, whatever the gradients. Kernel for these: `AmortizeAdamByFactors`.
 */
export function adamStep(
  weights: Readonly<Record<string, Tensor>>,
  gradients: Readonly<Record<string, Tensor>>,
  moments: AdamMoments,
  hyper: AdamHyper | Tensor,
): AdamState {
  if (hyper instanceof tf.Tensor) checkShape("adamStep(factors)", hyper, [8], "give the numbers of adamFactors()");
  const names = Object.keys(weights);
  for (const name of names) {
    checkSame(`gradients["${name}"]`, weights[name]!, gradients[name]);
    checkSame(`moments.first["${name}"]`, weights[name]!, moments.first[name]);
    checkSame(`moments.second["${name}"]`, weights[name]!, moments.second[name]);
  }
  const of = (tensors: Readonly<Record<string, Tensor>>): Tensor[] => names.map((name) => tensors[name]!);
  const named = (tensors: readonly Tensor[]) => Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
  let [news, first, second] = [of(weights), of(moments.first), of(moments.second)];
  const inTensor = hyper instanceof tf.Tensor, kernel = inTensor ? "AmortizeAdamByFactors" : "AmortizeAdam";
  if (hasKernel(kernel)) {
    const inputs = { weight: news, gradient: of(gradients), first, second };
    const all = Object.entries(inputs).map(([name, tensors]) => numbered(name, tensors));
    if (inTensor) runKernel(kernel, Object.assign({ factors: hyper }, ...all));
    else runKernel(kernel, Object.assign({}, ...all), attributes(hyper));
  } else {
    const done = news.map((weight, i) =>
      stepOne({ weight, first: first[i]!, second: second[i]! }, gradients[names[i]!]!, hyper)
    );
    [news, first, second] = [
      done.map((one) => one.weight),
      done.map((one) => one.first),
      done.map((one) => one.second),
    ];
  }
  return { weights: named(news), moments: { first: named(first), second: named(second) } };
}

interface One {
  readonly weight: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

function stepOne(old: One, gradient: Tensor, hyper: AdamHyper | Tensor): One {
  const [weight, first, second] = adamReference(old.weight, gradient, old.first, old.second, hyper);
  return {
    weight: replace(old.weight, weight),
    first: replace(old.first, first),
    second: replace(old.second, second),
  };
}

/** Puts the new value in the old one's place. */
function replace(old: Tensor, value: Tensor): Tensor {
  if (!(old instanceof tf.Variable)) {
    old.dispose();
    return value;
  }
  old.assign(value);
  value.dispose(); // the variable holds the data now
  return old;
}

/** The settings as kernels take them. */
function attributes(hyper: AdamHyper): Record<AdamAttribute, number> {
  const { rate, beta1, beta2, epsilon, step, gradientScale = 1 } = hyper;
  const correction1 = 1 / (1 - beta1 ** step);
  const correction2 = 1 / (1 - beta2 ** step);
  return { rate, beta1, beta2, correction1, correction2, epsilon, gradientScale };
}

type AdamAttribute = "rate" | "beta1" | "beta2" | "correction1" | "correction2" | "epsilon" | "gradientScale";

function checkSame(where: string, weight: Tensor, tensor: Tensor | undefined): void {
  if (tensor !== undefined && tf.util.arraysEqual(tensor.shape, weight.shape)) return;
  throw new ShapeMismatch({
    where: `adamStep(${where})`,
    expected: `[${weight.shape.join(", ")}], as the weight has`,
    found: tensor?.shape ?? [],
    remedy: tensor === undefined ? "it is missing; give one per weight" : "give the tensor that belongs to this weight",
  });
}
