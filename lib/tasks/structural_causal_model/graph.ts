/** A directed graph over nodes 0 … `nodes − 1`. */
export interface Graph {
  /** Nodes, V. */
  readonly nodes: number;
  /** `[nodes, nodes]`, row-major: 1 where the row's node is a cause (parent) of the column's. */
  readonly edges: Uint8Array;
}

/**
 * The graph with these edges, each `[cause, effect]`.
 *
 * @example A chain 0 → 1 → 2
 * ```ts
 * import { graphOf, parentsOf } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...parentsOf(graphOf(3, [[0, 1], [1, 2]]), 2)], [1]);
 * ```
 */
export function graphOf(nodes: number, edges: readonly (readonly [cause: number, effect: number])[]): Graph {
  const all = new Uint8Array(nodes * nodes);
  for (const [cause, effect] of edges) all[cause * nodes + effect] = 1;
  return { nodes, edges: all };
}

/** The causes of a node, ascending. */
export function parentsOf({ nodes, edges }: Graph, node: number): Int32Array {
  const parents: number[] = [];
  for (let cause = 0; cause < nodes; cause++) if (edges[cause * nodes + node] === 1) parents.push(cause);
  return Int32Array.from(parents);
}

/** How many edges there are. */
export function edgeCount({ edges }: Graph): number {
  return edges.reduce((sum, edge) => sum + edge, 0);
}

/** The graph whose node i is called `names[i]`. */
export function renamed({ nodes, edges }: Graph, names: Int32Array): Graph {
  const out = new Uint8Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j < nodes; j++) out[names[i]! * nodes + names[j]!] = edges[i * nodes + j]!;
  }
  return { nodes, edges: out };
}

/** The graph with every edge turned round. */
export function reversed({ nodes, edges }: Graph): Graph {
  const out = new Uint8Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) for (let j = 0; j < nodes; j++) out[j * nodes + i] = edges[i * nodes + j]!;
  return { nodes, edges: out };
}

/** Which of the present nodes cause no present node: 1 for a leaf. `present` `[nodes]`, non-zero = present. */
export function leavesAmong({ nodes, edges }: Graph, present: ArrayLike<number>): Uint8Array {
  const leaves = new Uint8Array(nodes);
  for (let i = 0; i < nodes; i++) {
    if (present[i] === 0) continue;
    leaves[i] = 1;
    for (let j = 0; j < nodes; j++) if (present[j] !== 0 && edges[i * nodes + j] === 1) leaves[i] = 0;
  }
  return leaves;
}
