import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Layout, Lengths } from "./regime.ts";

/** Positions before the queries. */
export function contextPositions(layout: Layout): number {
  return layout.lead + layout.observations * layout.perObservation + layout.summaries;
}

/** How many observations this task's query may see. */
export function lengthOf(lengths: Lengths, layout: Layout, task: number, query: number): number {
  if (lengths === "all") return layout.observations;
  if (typeof lengths === "number") return lengths;
  return lengths.length === 1 ? lengths[0]! : lengths[task * layout.queries + query]!;
}

/** Whether a context column holds something other than padding when `visible` observations are. */
export function sees(layout: Layout, visible: number, column: number): boolean {
  const observation = column - layout.lead;
  if (observation < 0 || observation >= layout.observations * layout.perObservation) return true;
  return observation < visible * layout.perObservation;
}

export function noObservation(found: readonly number[]): ShapeMismatch {
  return new ShapeMismatch({
    where: "masking",
    expected: "tokens of at least one observation",
    found,
    remedy: "give each mini-batch one observation or more",
  });
}
