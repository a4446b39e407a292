import { type Graph, renamed } from "./graph.ts";
import type { Stream } from "./stream.ts";

/**
 * Nodes come one after another; each becomes a cause of `edgesPerNode` earlier ones (all, where there are no more),
 * chosen without repetition with a chance proportional to 1 + the causes that they have. So a few nodes have very many
 * causes: the tail of in-degrees falls by a power. Names are given anew at random. Turned round (`reversed`), a few nodes
 * cause very many. Source: Barabási and Albert 1999; the simulator of Lorch et al. 2022 (AVICI).
 */
export function scaleFree(nodes: number, edgesPerNode: number, stream: Stream): Graph {
  const edges = new Uint8Array(nodes * nodes);
  const appeal = new Int32Array(nodes).fill(1);
  for (let newest = 1; newest < nodes; newest++) {
    let total = 0;
    for (let i = 0; i < newest; i++) total += appeal[i]!;
    const chosen: number[] = [];
    for (let edge = Math.min(edgesPerNode, newest); edge > 0; edge--) {
      let left = stream.integer(total), node = 0;
      for (;; node++) {
        if (edges[newest * nodes + node] === 1) continue;
        left -= appeal[node]!;
        if (left < 0) break;
      }
      edges[newest * nodes + node] = 1;
      total -= appeal[node]!;
      chosen.push(node);
    }
    for (const node of chosen) appeal[node]!++;
  }
  return renamed({ nodes, edges }, stream.order(nodes));
}
