import type { Graph } from "./graph.ts";
import type { StructuralModel } from "./structural_model.ts";

/** The graph of some of the nodes; the i-th of `kept` becomes node i. */
export function restrictGraph({ nodes, edges }: Graph, kept: Int32Array): Graph {
  const out = new Uint8Array(kept.length ** 2);
  kept.forEach((cause, i) => kept.forEach((effect, j) => out[i * kept.length + j] = edges[cause * nodes + effect]!));
  return { nodes: kept.length, edges: out };
}

/**
 * The model of some of the nodes, with every other removed; the i-th of `kept` becomes node i. `kept` must hold the causes
 * of all that it holds, as the first nodes of an order of causes before effects do: then its samples are the model's own.
 */
export function restrictModel(model: StructuralModel, kept: Int32Array): StructuralModel {
  const name = new Map(Array.from(kept, (node, i) => [node, i]));
  const mechanisms = Array.from(kept, (node) => {
    const mechanism = model.mechanisms[node]!;
    return { ...mechanism, parents: mechanism.parents.map((parent) => name.get(parent)!) };
  });
  return {
    graph: restrictGraph(model.graph, kept),
    order: model.order.filter((node) => name.has(node)).map((node) => name.get(node)!),
    mechanisms,
    noise: model.noise,
    noiseScale: Float64Array.from(kept, (node) => model.noiseScale[node]!),
  };
}
