import type { Graph } from "../../tasks/structural_causal_model/graph.ts";

/**
 * The share of a graph's edges whose effect stands before its cause in an order of its nodes; 0 for a graph without
 * edges. Half, on average, for a random order.
 *
 * @example One of two edges
 * ```ts
 * import { violatedEdges } from "@amortize/core/evaluation";
 * import { graphOf } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(violatedEdges(graphOf(3, [[0, 1], [1, 2]]), [1, 0, 2]), 0.5);
 * ```
 */
export function violatedEdges({ nodes, edges }: Graph, order: ArrayLike<number>): number {
  const place = new Int32Array(nodes);
  for (let i = 0; i < nodes; i++) place[order[i]!] = i;
  let all = 0, violated = 0;
  for (let cause = 0; cause < nodes; cause++) {
    for (let effect = 0; effect < nodes; effect++) {
      if (edges[cause * nodes + effect] !== 1) continue;
      all++;
      if (place[effect]! < place[cause]!) violated++;
    }
  }
  return all === 0 ? 0 : violated / all;
}
