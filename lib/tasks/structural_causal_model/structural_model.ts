import { type Key, purpose } from "../../random/mod.ts";
import { erdosRenyi } from "./erdos_renyi.ts";
import { type Graph, parentsOf, reversed } from "./graph.ts";
import { linearExtension } from "./linear_extension.ts";
import { drawFourier, drawFrom, drawLinear, type Mechanism } from "./mechanism.ts";
import type { GraphKind, Interval, ModelRanges } from "./ranges.ts";
import { scaleFree } from "./scale_free.ts";
import { stochasticBlock } from "./stochastic_block.ts";
import { type Stream, streamOf } from "./stream.ts";
import { wattsStrogatz } from "./watts_strogatz.ts";

/** A structural causal model: each node is a function of its causes, plus noise. */
export interface StructuralModel {
  /** Who causes whom; without cycles. */
  readonly graph: Graph;
  /** Nodes, causes before effects. */
  readonly order: Int32Array;
  /** One a node. */
  readonly mechanisms: readonly Mechanism[];
  /** What is added to every node. */
  readonly noise: ModelRanges["noise"];
  /** Its scale, `[nodes]`. */
  readonly noiseScale: Float64Array;
}

/** Which models are drawn. */
export interface ModelDraw {
  /** Nodes, V. */
  readonly nodes: number;
  /** Expected edges per node: a whole number of this range, each as likely. */
  readonly edgesPerNode: Interval;
  /** Mechanisms: each as likely for a model, which has one kind only. */
  readonly mechanisms: readonly Mechanism["kind"][];
  /** Everything else. */
  readonly ranges: ModelRanges;
}

/** Draws a graph: its kind, its density, its edges. */
export function drawGraph({ nodes, edgesPerNode, ranges }: Omit<ModelDraw, "mechanisms">, stream: Stream): Graph {
  const kind = ranges.graphs[stream.integer(ranges.graphs.length)]!;
  const density = edgesPerNode[0] + stream.integer(edgesPerNode[1] - edgesPerNode[0] + 1);
  return graphOfKind(kind, nodes, density, stream);
}

/** Draws a graph of one kind. */
export function graphOfKind(kind: GraphKind, nodes: number, edgesPerNode: number, stream: Stream): Graph {
  switch (kind) {
    case "erdos-renyi":
      return erdosRenyi(nodes, edgesPerNode, stream);
    case "scale-free":
      return scaleFree(nodes, edgesPerNode, stream);
    case "scale-free-reversed":
      return reversed(scaleFree(nodes, edgesPerNode, stream));
    case "watts-strogatz":
      return wattsStrogatz(nodes, edgesPerNode, stream);
    case "stochastic-block":
      return stochasticBlock(nodes, edgesPerNode, stream);
  }
}

/** The graph of a key's model, drawn alone. */
export function drawGraphOf(draw: Omit<ModelDraw, "mechanisms">, key: Key): Graph {
  return drawGraph(draw, streamOf(purpose(key, "graph")));
}

/** The model of a key; the same key gives the same bits on every machine. */
export function drawModel(draw: ModelDraw, key: Key): StructuralModel {
  return modelOn(drawGraphOf(draw, key), draw, key);
}

/** A model of a key on a given graph without cycles. */
export function modelOn(graph: Graph, { mechanisms, ranges }: Omit<ModelDraw, "nodes">, key: Key): StructuralModel {
  const stream = streamOf(purpose(key, "mechanisms"));
  const kind = mechanisms[stream.integer(mechanisms.length)]!;
  const { nodes } = graph;
  return {
    graph,
    order: linearExtension(graph)!,
    noise: ranges.noise,
    noiseScale: Float64Array.from({ length: nodes }, () => drawFrom([ranges.noiseScale], stream)),
    mechanisms: Array.from({ length: nodes }, (_, node) => {
      const parents = parentsOf(graph, node);
      return kind === "linear"
        ? drawLinear(parents, ranges, stream)
        : drawFourier(parents, ranges, stream, purpose(key, `function ${node}`));
    }),
  };
}
