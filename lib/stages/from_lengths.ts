import type { Tensor } from "@tensorflow/tfjs";

/** Makes a tensor of visible lengths: the same shape and type for as many lengths, the numbers from them alone. */
export type LengthsRecipe = (lengths: Int32Array) => Tensor;

const suppliers = new WeakMap<Int32Array, (recipe: LengthsRecipe) => Tensor>();

/**
 * A tensor made on the host from lengths that are drawn anew each iteration (a mask). Whoever replays a loop supplies it
 * from outside, by {@linkcode supplyLengths}; else the recipe runs here. The caller owns the result.
 */
export function fromLengths<Made extends Tensor>(lengths: Int32Array, recipe: (lengths: Int32Array) => Made): Made {
  const supplied = suppliers.get(lengths);
  return supplied === undefined ? recipe(lengths) : supplied(recipe) as Made;
}

/** From now on tensors made of these lengths come from a supplier, which owes a tensor of its own for each call. */
export function supplyLengths(lengths: Int32Array, supplier: (recipe: LengthsRecipe) => Tensor): void {
  suppliers.set(lengths, supplier);
}
