import { directByOrder } from "./direct_by_order.ts";
import type { Graph } from "./graph.ts";
import type { Stream } from "./stream.ts";

/** No pair is joined with a larger probability than this. */
export const densest = 0.99;

/**
 * Every pair is joined with the same probability, such that `edgesPerNode · nodes` edges are expected (as far as a
 * probability of 0.99 goes). Source: Erdős and Rényi 1959; the simulator of Lorch et al. 2022 (AVICI).
 */
export function erdosRenyi(nodes: number, edgesPerNode: number, stream: Stream): Graph {
  const probability = Math.min(densest, 2 * edgesPerNode / (nodes - 1));
  const edges = new Uint8Array(nodes * nodes);
  for (let i = 1; i < nodes; i++) {
    for (let j = 0; j < i; j++) edges[i * nodes + j] = Number(stream.uniform() < probability);
  }
  return directByOrder({ nodes, edges }, stream);
}
