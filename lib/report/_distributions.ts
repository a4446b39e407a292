import type { Evaluation } from "../evaluation/evaluation_file.ts";

/** The name that evaluation gives to tasks as in training. */
export const inDistribution = "in";

/** Distributions that were measured, in their order: `in` first. */
export function distributionsOf({ results }: Evaluation): readonly string[] {
  return [...new Set(results.map(({ distribution }) => distribution))];
}

/** The evaluation with the rows of one distribution alone; the model is the first of them. */
export function onDistribution(evaluation: Evaluation, distribution: string): Evaluation {
  return { ...evaluation, results: evaluation.results.filter((result) => result.distribution === distribution) };
}
