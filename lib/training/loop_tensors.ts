import type * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../capture/mod.ts";
import { type LengthsRecipe, supplyLengths } from "../stages/from_lengths.ts";
import type { SampledTasks } from "../stages/task_sampling.ts";
import type { Observations } from "../stages/task_family.ts";

/** What each step makes of its lengths, in the order in which it does. */
export type LengthsRecipes = readonly (readonly LengthsRecipe[])[];

/**
 * Tells apart what one recording cannot stand for: sizes of mini-batches and queries, and a visible length that is a
 * number, which cuts tensors. Lengths in arrays, one for everybody or one per query, only make masks and weights.
 */
export function recordingKey(samples: readonly SampledTasks[]): string {
  const seen = samples.flatMap(({ lengths }) => lengths).map((one) => one instanceof Int32Array ? "drawn" : one);
  return [...seen, sizesKey(samples)].join(" ");
}

/** Sizes of mini-batches and queries. */
export function sizesKey(samples: readonly SampledTasks[]): string {
  return samples.flatMap(({ batches, queries }) => [...batches, queries]).map(({ x, y }) => `${x.shape}/${y.shape}`)
    .join(" ");
}

/** Tasks as named tensors. */
export interface SampleTensors {
  readonly tensors: Tensors;
  /** Those that were made of lengths; the caller owns them. */
  readonly made: readonly tf.Tensor[];
}

/** The tensors of tasks, by names of their own, and what recipes make of their lengths. */
export function sampleTensors(samples: readonly SampledTasks[], recipes: readonly LengthsRecipes[]): SampleTensors {
  const tensors: Record<string, tf.Tensor> = {}, made: tf.Tensor[] = [];
  for (const [s, { batches, queries, lengths }] of samples.entries()) {
    for (const [name, { x, y }] of [...batches.entries(), ["queries", queries] as const]) {
      tensors[`${s}/${name}/x`] = x;
      tensors[`${s}/${name}/y`] = y;
    }
    for (const [k, own] of recipes[s]!.entries()) {
      for (const [i, recipe] of own.entries()) {
        made.push(tensors[`${s}/lengths ${k}/${i}`] = recipe(lengths[k] as Int32Array));
      }
    }
  }
  return { tensors, made };
}

/** Tasks made of such tensors, like others in all but these, with lengths that lead to theirs. */
export function samplesOf(tensors: Tensors, like: readonly SampledTasks[]): SampledTasks[] {
  return like.map(({ batches, lengths }, s) => {
    const observed = (name: string | number): Observations =>
      ({ x: tensors[`${s}/${name}/x`], y: tensors[`${s}/${name}/y`] }) as Observations;
    const supplied = lengths.map((own, k) => {
      if (!(own instanceof Int32Array)) return own;
      const copy = own.slice();
      let next = 0;
      supplyLengths(copy, (recipe) => tensors[`${s}/lengths ${k}/${next++}`]?.clone() ?? recipe(copy));
      return copy;
    });
    return { drawn: {}, batches: batches.map((_, k) => observed(k)), queries: observed("queries"), lengths: supplied };
  });
}
