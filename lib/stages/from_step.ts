import type { Tensor } from "@tensorflow/tfjs";

/** Makes a tensor of a step's number k: the same shape and type for every k, the numbers from it alone. */
export type StepRecipe = (step: number) => Tensor;

/** Hands in such tensors from outside, one of its own for each call. */
export type StepSupplier = (recipe: StepRecipe) => Tensor;

/**
 * A tensor made on the host from the step's number. Whoever replays a step for other numbers supplies it from outside;
 * else the recipe runs here. The caller owns the result.
 */
export function fromStep<Made extends Tensor>(
  { step, supplyStep }: { readonly step: number; readonly supplyStep?: StepSupplier },
  recipe: (step: number) => Made,
): Made {
  return supplyStep === undefined ? recipe(step) : supplyStep(recipe) as Made;
}
