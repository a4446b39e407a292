import type { Graph } from "./graph.ts";
import type { Stream } from "./stream.ts";

/**
 * Makes an undirected skeleton acyclic: nodes are put into a random order, every edge runs along it, and names are given
 * anew at random, so that a node's name says nothing. An edge of the skeleton may be marked in either direction.
 */
export function directByOrder({ nodes, edges }: Graph, stream: Stream): Graph {
  const place = stream.order(nodes), names = stream.order(nodes);
  const out = new Uint8Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j < nodes; j++) {
      if (edges[i * nodes + j] === 0 || i === j) continue;
      const [cause, effect] = place[i]! < place[j]! ? [i, j] : [j, i];
      out[names[cause]! * nodes + names[effect]!] = 1;
    }
  }
  return { nodes, edges: out };
}
