import type { NodeData } from "./node_data.ts";

/**
 * A method that names leaves: a score for every node, larger where a leaf is likelier, from the samples and from which
 * nodes are present (`[nodes]`, non-zero = present). Scores of absent nodes are not read.
 */
export type LeafRule = (data: NodeData, present: ArrayLike<number>) => ArrayLike<number>;

/** The present node with the largest score. */
export function topNode(scores: ArrayLike<number>, present: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < present.length; i++) {
    if (present[i] !== 0 && (best < 0 || scores[i]! > scores[best]!)) best = i;
  }
  return best;
}

/**
 * The order that a rule gives by itself, causes first: the top node is taken away as the last one, and so on from the
 * back. Source: Scetbon et al. 2024, recursive removal.
 *
 * @example A rule that knows the answer
 * ```ts
 * import { orderFromBack } from "@amortize/core/evaluation";
 * import { assertEquals } from "@std/assert";
 *
 * const data = { nodes: 3, count: 0, rows: [] };
 * assertEquals([...orderFromBack(data, () => [0.5, 0.1, 0.9])], [1, 0, 2]);
 * ```
 */
export function orderFromBack(data: NodeData, rule: LeafRule): Int32Array {
  const present = new Uint8Array(data.nodes).fill(1), order = new Int32Array(data.nodes);
  for (let place = data.nodes - 1; place >= 0; place--) {
    const leaf = topNode(rule(data, present), present);
    order[place] = leaf;
    present[leaf] = 0;
  }
  return order;
}

/** Nodes from the smallest score to the largest: the order of a rule that looks once. */
export function orderByScores(scores: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
}
