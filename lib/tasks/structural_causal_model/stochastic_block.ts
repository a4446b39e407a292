import { directByOrder } from "./direct_by_order.ts";
import { densest } from "./erdos_renyi.ts";
import type { Graph } from "./graph.ts";
import type { Stream } from "./stream.ts";

/** How much rarer edges between two blocks are than within one. */
export const betweenBlocks = 0.1;

/** Nodes that a block has on average. */
export const nodesPerBlock = 5;

/**
 * Nodes fall into blocks of random sizes, about five nodes each; pairs within a block are joined ten times as often as
 * others, such that `edgesPerNode · nodes` edges are expected (as far as a probability of 0.99 goes).
 * Source: Holland, Laskey and Leinhardt 1983; the simulator of Lorch et al. 2022 (AVICI).
 */
export function stochasticBlock(nodes: number, edgesPerNode: number, stream: Stream): Graph {
  const blocks = Math.max(2, Math.round(nodes / nodesPerBlock));
  const block = Int32Array.from({ length: nodes }, () => stream.integer(blocks));
  const relative = (i: number, j: number): number => block[i] === block[j] ? 1 : betweenBlocks;
  let total = 0;
  for (let i = 1; i < nodes; i++) for (let j = 0; j < i; j++) total += relative(i, j);
  const scale = edgesPerNode * nodes / total;
  const edges = new Uint8Array(nodes * nodes);
  for (let i = 1; i < nodes; i++) {
    for (let j = 0; j < i; j++) {
      edges[i * nodes + j] = Number(stream.uniform() < Math.min(densest, scale * relative(i, j)));
    }
  }
  return directByOrder({ nodes, edges }, stream);
}
