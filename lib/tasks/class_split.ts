import { keyFor, permutation } from "../random/mod.ts";

/** Classes for training tasks, for validation tasks and for evaluation tasks: no class is in two of them. */
export interface ClassSplit {
  /** Classes that training tasks are made of. */
  readonly training: readonly number[];
  /** Classes that validation tasks are made of. */
  readonly validation: readonly number[];
  /** Classes that evaluation tasks are made of. */
  readonly evaluation: readonly number[];
}

/** How many classes are kept from training. */
export interface HeldOutClasses {
  /** For validation tasks alone. */
  readonly validationClasses: number;
  /** For evaluation tasks alone. */
  readonly evaluationClasses: number;
}

/**
 * Splits classes by one fixed shuffle of them, the same in every run: neighbours in a list of classes are often alike
 * (ImageNet's dogs).
 *
 * @example Fashion-MNIST's ten
 * ```ts
 * import { classSplit } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * const classes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
 * const { training, validation, evaluation } = classSplit(classes, { validationClasses: 2, evaluationClasses: 3 });
 * assertEquals([training.length, validation.length, evaluation.length], [5, 2, 3]);
 * assertEquals([...training, ...validation, ...evaluation].sort(), classes);
 * ```
 */
export function classSplit(
  classes: readonly number[],
  { validationClasses, evaluationClasses }: HeldOutClasses,
): ClassSplit {
  const order = [...permutation(keyFor(0, "classes", 0), classes.length)].map((i) => classes[i]!);
  const trained = Math.max(0, classes.length - validationClasses - evaluationClasses);
  return {
    training: order.slice(0, trained),
    validation: order.slice(trained, trained + validationClasses),
    evaluation: order.slice(trained + validationClasses),
  };
}
