import { type LeafRule, topNode } from "./leaf_rule.ts";
import type { NodeData } from "./node_data.ts";

/** Removals that a rule is asked about. */
export interface Removals {
  /** How many. */
  readonly count: number;
  /** `[count, nodes]`: which nodes are left, the true later ones being removed. */
  readonly present: ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> };
  /** `[count, nodes]`: which of them are leaves. */
  readonly leaves: ArrayLike<number>;
}

/** The share of removals in which a rule's top node is no leaf. */
export function leafError(data: NodeData, removals: Removals, rule: LeafRule): number {
  let wrong = 0;
  for (let removal = 0; removal < removals.count; removal++) {
    const at = removal * data.nodes, present = removals.present.subarray(at, at + data.nodes);
    if (removals.leaves[at + topNode(rule(data, present), present)] === 0) wrong++;
  }
  return wrong / removals.count;
}

/** The share that guessing among the present nodes is expected to get wrong. */
export function chanceLeafError(nodes: number, { count, present, leaves }: Removals): number {
  let wrong = 0;
  for (let removal = 0; removal < count; removal++) {
    let there = 0, right = 0;
    for (let i = removal * nodes; i < (removal + 1) * nodes; i++) {
      there += Number(present[i] !== 0);
      right += Number(leaves[i] !== 0);
    }
    wrong += 1 - right / there;
  }
  return wrong / count;
}
