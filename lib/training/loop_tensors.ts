import type * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../capture/mod.ts";
import type { LoopInput, LoopOutput } from "../stages/detached_state_loop.ts";
import { type LengthsRecipe, supplyLengths } from "../stages/from_lengths.ts";
import type { Lengths } from "../stages/regime.ts";
import type { SampledTasks } from "../stages/task_sampling.ts";
import type { Observations } from "../stages/task_family.ts";

/** What each step makes of its lengths, in the order in which it does. */
export type LengthsRecipes = readonly (readonly LengthsRecipe[])[];

/** A loop's input as named tensors. */
export interface LoopTensors {
  readonly tensors: Tensors;
  /** Those that were made of lengths; the caller owns them. */
  readonly made: readonly tf.Tensor[];
}

/**
 * Tells apart what one recording cannot stand for: sizes of mini-batches and queries, and a visible length for everybody,
 * which is a number and cuts tensors. Lengths per query only make masks.
 */
export function recordingKey(sampled: SampledTasks): string {
  const seen = sampled.lengths.map((one) => one instanceof Int32Array ? "per query" : one);
  return [...seen, sizesKey(sampled)].join(" ");
}

/** Sizes of mini-batches and queries. */
export function sizesKey({ batches, queries }: SampledTasks): string {
  return [...batches, queries].map(({ x, y }) => `${x.shape}/${y.shape}`).join(" ");
}

/** What the names of weights begin with among a loop's tensors. */
export const weightPrefix = "weight/";

/** The tensors that a loop is given, by names of their own. */
export function loopTensors({ weights, sampled, balance }: LoopInput, recipes: LengthsRecipes): LoopTensors {
  const tensors: Record<string, tf.Tensor> = { balance };
  const made: tf.Tensor[] = [];
  for (const [name, weight] of Object.entries(weights)) tensors[`${weightPrefix}${name}`] = weight;
  const observations: [string, Observations][] = sampled.batches.map((batch, k) => [`batch ${k}`, batch]);
  for (const [name, { x, y }] of [...observations, ["queries", sampled.queries] as const]) {
    tensors[`${name}/x`] = x;
    tensors[`${name}/y`] = y;
  }
  for (const [k, own] of recipes.entries()) {
    for (const [i, recipe] of own.entries()) {
      made.push(tensors[`lengths ${k}/${i}`] = recipe(sampled.lengths[k] as Int32Array));
    }
  }
  return { tensors, made };
}

/** A loop's input made of such tensors, with lengths that lead to theirs. */
export function loopInputOf(tensors: Tensors, lengths: readonly Lengths[], recipes: LengthsRecipes): LoopInput {
  const observed = (name: string): Observations =>
    ({ x: tensors[`${name}/x`], y: tensors[`${name}/y`] }) as Observations;
  const supplied = lengths.map((own, k) => {
    if (!(own instanceof Int32Array)) return own;
    const copy = own.slice();
    let next = 0;
    supplyLengths(copy, (recipe) => tensors[`lengths ${k}/${next++}`]?.clone() ?? recipe(copy));
    return copy;
  });
  return {
    weights: startingWith(weightPrefix, tensors),
    sampled: {
      drawn: {},
      batches: recipes.map((_, k) => observed(`batch ${k}`)),
      queries: observed("queries"),
      lengths: supplied,
    },
    balance: tensors["balance"] as tf.Tensor2D,
  };
}

/** A loop's output made of named tensors. */
export function loopOutputOf(tensors: Tensors): LoopOutput {
  return { gradients: startingWith("gradient/", tensors), losses: tensors["losses"] as tf.Tensor2D };
}

function startingWith(prefix: string, tensors: Tensors): Record<string, tf.Tensor> {
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
