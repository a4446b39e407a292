import type { Graph } from "./graph.ts";

/**
 * An order of the nodes, causes before effects: at each place one of the nodes that have no cause left is taken, the one
 * that `choose` (among so many; the first, if left out) says. `undefined` for a graph with a cycle, which has no such
 * order. Source: Kahn 1962.
 *
 * @example The only order of a chain
 * ```ts
 * import { graphOf, linearExtension } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...linearExtension(graphOf(3, [[2, 0], [0, 1]]))!], [2, 0, 1]);
 * assertEquals(linearExtension(graphOf(2, [[0, 1], [1, 0]])), undefined);
 * ```
 */
export function linearExtension(
  { nodes, edges }: Graph,
  choose: (among: number) => number = () => 0,
): Int32Array | undefined {
  const causesLeft = new Int32Array(nodes);
  for (let i = 0; i < nodes; i++) for (let j = 0; j < nodes; j++) causesLeft[j]! += edges[i * nodes + j]!;
  const free: number[] = [];
  for (let i = 0; i < nodes; i++) if (causesLeft[i] === 0) free.push(i);
  const order = new Int32Array(nodes);
  for (let place = 0; place < nodes; place++) {
    if (free.length === 0) return undefined;
    const [node] = free.splice(choose(free.length), 1);
    order[place] = node!;
    for (let j = 0; j < nodes; j++) {
      if (edges[node! * nodes + j] === 1 && --causesLeft[j]! === 0) free.push(j);
    }
  }
  return order;
}
