import { directByOrder } from "./direct_by_order.ts";
import type { Graph } from "./graph.ts";
import type { Stream } from "./stream.ts";

/** Share of the ring's edges that are moved to a random end. */
export const rewired = 0.3;

/**
 * A small world: nodes on a ring, each joined to its `edgesPerNode` next ones; then each edge moves its far end, with
 * probability 0.3, to a random node that is no neighbour yet. `edgesPerNode · nodes` edges as long as the ring has room
 * for them (2 · edgesPerNode < nodes). Source: Watts and Strogatz 1998.
 */
export function wattsStrogatz(nodes: number, edgesPerNode: number, stream: Stream): Graph {
  const joined = new Uint8Array(nodes * nodes);
  const join = (i: number, j: number, is: number): void => {
    joined[i * nodes + j] = is;
    joined[j * nodes + i] = is;
  };
  const ring: [number, number][] = [];
  for (let step = 1; step <= edgesPerNode; step++) {
    for (let i = 0; i < nodes; i++) {
      const j = (i + step) % nodes;
      if (i === j || joined[i * nodes + j] === 1) continue;
      join(i, j, 1);
      ring.push([i, j]);
    }
  }
  for (const [i, j] of ring) {
    if (stream.uniform() >= rewired) continue;
    const strangers: number[] = [];
    for (let k = 0; k < nodes; k++) if (k !== i && joined[i * nodes + k] === 0) strangers.push(k);
    if (strangers.length === 0) continue;
    join(i, j, 0);
    join(i, strangers[stream.integer(strangers.length)]!, 1);
  }
  return directByOrder({ nodes, edges: joined }, stream);
}
