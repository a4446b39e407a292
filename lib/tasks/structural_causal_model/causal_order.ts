import * as tf from "@tensorflow/tfjs";
import { Effect, Schema } from "effect";
import { integers, type Key, keyFor, purpose } from "../../random/mod.ts";
import type { ObserveRequest, TaskFamily, TaskRange } from "../../stages/task_family.ts";
import { type Graph, leavesAmong } from "./graph.ts";
import { linearExtension } from "./linear_extension.ts";
import type { Mechanism } from "./mechanism.ts";
import { inDistribution, type ModelRanges } from "./ranges.ts";
import { restrictGraph, restrictModel } from "./restrict_model.ts";
import { sampleColumns, standardisedRows } from "./sample_model.ts";
import { streamOf } from "./stream.ts";
import { drawGraphOf, drawModel, type ModelDraw, type StructuralModel } from "./structural_model.ts";

/** Which structural causal models are drawn. */
export interface CausalOrder {
  /** Numbers of nodes V: a batch has one of them, each as likely in training, in turn elsewhere. */
  readonly nodes: readonly number[];
  /** Expected edges per node, from and to, in whole numbers. */
  readonly edgesPerNode: readonly [number, number];
  /** Each as likely for a model. */
  readonly mechanisms: readonly Mechanism["kind"][];
}

const nodeCount = Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 256 }));
const density = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 16 }));

/** Decodes {@linkcode CausalOrder}; 10 nodes, one or two edges a node, both mechanisms where left out. */
export const CausalOrder: Schema.Codec<CausalOrder, Partial<CausalOrder>> = Schema.Struct({
  nodes: Schema.Array(nodeCount).check(Schema.isMinLength(1)).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed([10] as readonly number[])),
  ),
  edgesPerNode: Schema.Tuple([density, density]).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed([1, 2] as const)),
  ),
  mechanisms: Schema.Array(Schema.Literals(["linear", "fourier"])).check(Schema.isMinLength(1)).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(["linear", "fourier"] as const)),
  ),
}).check(
  Schema.makeFilter(({ edgesPerNode: [from, to] }) =>
    from <= to ? undefined : { path: ["edgesPerNode"], issue: `give the smaller first, found [${from}, ${to}]` }
  ),
);

/** What makes the models of a batch: the key that they are drawn from, as plain numbers, and their graphs. */
export type CausalOrderTasks = {
  readonly seed: number;
  readonly iteration: number;
  readonly purpose: number;
  readonly split: number;
  /** `[tasks, nodes, nodes]`: 1 where the row's node causes the column's. */
  readonly edges: tf.Tensor3D;
};

/**
 * Which nodes of a structural causal model are leaves (cause no node that is present)? x `[tasks, observations, nodes]`
 * are samples, every node standardised over the mini-batch; y `[tasks, observations, 1]` is empty (zeros). A query's x
 * `[tasks, queries, nodes]` marks the present nodes, the first m ≥ 2 of an order of causes before effects; its y
 * `[tasks, queries, nodes]` marks the leaves among them. Elsewhere than in training a task has one order, and m goes down
 * from V node by node, from query to query and on to the next task's: V − 1 queries are all removals. In training the
 * other nodes are not there at all: an iteration has one m, larger ones more often (in proportion to m), and a task shows
 * m nodes, all of them present in every query. Source: METHOD.md §7; RECIPES.md.
 *
 * @example The last node of the order is a leaf
 * ```ts
 * import { keyFor } from "@amortize/core/random";
 * import { causalOrder } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * const family = causalOrder({ nodes: [2], edgesPerNode: [1, 1], mechanisms: ["linear"] });
 * const range = { first: 0, count: 3 }, key = keyFor(0, "evaluation", 0);
 * const drawn = family.drawTasks(key, range);
 * const { x, y } = family.observe(drawn, { key, range, count: 1, role: "query", split: "evaluation" });
 * assertEquals([x.shape, y.shape], [[3, 1, 2], [3, 1, 2]]); // [tasks, queries, nodes]
 * ```
 */
export function causalOrder(
  c: CausalOrder,
  { name = "causal-order", ranges = inDistribution }: { readonly name?: string; readonly ranges?: ModelRanges } = {},
): TaskFamily<CausalOrderTasks> {
  const largest = Math.max(...c.nodes);
  return {
    name,
    features: largest,
    outputs: largest,
    loss: "any-of",
    metric: { name: "leaf error", unit: "share", lowerIsBetter: true },
    kinds: c.nodes.length,
    drawTasks: (key, range) => {
      const { seed, iteration, purpose, split } = key, nodes = nodesOf(c, key);
      const edges = new Float32Array(range.count * nodes * nodes);
      modelKeys(key, range).forEach((model, i) =>
        edges.set(drawGraphOf(drawOf(c, ranges, key), model).edges, i * nodes * nodes)
      );
      return { seed, iteration, purpose, split, edges: tf.tensor3d(edges, [range.count, nodes, nodes]) };
    },
    observe: (drawn, request) => {
      const { range, split, role } = request;
      const orderOf = (graph: Graph, i: number): Int32Array =>
        linearExtension(graph, streamOf(purpose(drawn, `order ${range.first + i}`)).integer)!;
      const kept = split === "training"
        ? drawKept(nodesOf(c, drawn), streamOf(purpose(drawn, "kept")).integer)
        : undefined;
      const keptOf = (graph: Graph, i: number): Int32Array => orderOf(graph, i).slice(0, kept).sort();
      if (role === "query") {
        const graphs = modelKeys(drawn, range).map((model) => drawGraphOf(drawOf(c, ranges, drawn), model));
        if (kept === undefined) return removalsOf(graphs, graphs.map(orderOf), request);
        return removalsOf(graphs.map((graph, i) => restrictGraph(graph, keptOf(graph, i))), undefined, request);
      }
      const models = drawModels(c, ranges, drawn, range);
      return samplesOf(
        kept === undefined ? models : models.map((model, i) => restrictModel(model, keptOf(model.graph, i))),
        request,
      );
    },
  };
}

/** The split whose batches have a random number of nodes. */
const trainingSplit = keyFor(0, "training", 0).split;

/** How many nodes the models of a batch have. */
function nodesOf({ nodes }: CausalOrder, key: Key): number {
  const isTraining = key.split === trainingSplit;
  return nodes[isTraining ? integers(purpose(key, "nodes"), 1, nodes.length)[0]! : key.iteration % nodes.length]!;
}

function drawOf({ edgesPerNode, mechanisms, ...c }: CausalOrder, ranges: ModelRanges, key: Key): ModelDraw {
  return { nodes: nodesOf({ edgesPerNode, mechanisms, ...c }, key), edgesPerNode, mechanisms, ranges };
}

function modelKeys(key: Key, { first, count }: TaskRange): Key[] {
  return Array.from({ length: count }, (_, i) => purpose(key, `model ${first + i}`));
}

/** The models of a range of a batch's tasks, with one number of nodes. */
export function drawModels(c: CausalOrder, ranges: ModelRanges, key: Key, range: TaskRange): StructuralModel[] {
  const draw = drawOf(c, ranges, key);
  return modelKeys(key, range).map((model) => drawModel(draw, model));
}

function samplesOf(models: readonly StructuralModel[], { key, range: { first, count: tasks }, count }: ObserveRequest) {
  const { nodes } = models[0]!.graph;
  const rows = new Float32Array(tasks * count * nodes);
  models.forEach((model, i) => {
    const columns = sampleColumns(model, purpose(key, "noise"), count, (first + i) * count);
    standardisedRows(columns, nodes, rows.subarray(i * count * nodes, (i + 1) * count * nodes));
  });
  return { x: tf.tensor3d(rows, [tasks, count, nodes]), y: tf.zeros<tf.Rank.R3>([tasks, count, 1]) };
}

/** Queries' marks of present nodes and of leaves. Without orders every node is present. */
function removalsOf(
  graphs: readonly Graph[],
  orders: readonly Int32Array[] | undefined,
  { range: { first }, count }: ObserveRequest,
) {
  const { nodes } = graphs[0]!;
  const present = new Float32Array(graphs.length * count * nodes), leaves = new Float32Array(present.length);
  graphs.forEach((graph, i) => {
    for (let query = 0; query < count; query++) {
      const at = (i * count + query) * nodes, row = present.subarray(at, at + nodes).fill(1);
      const removed = orders === undefined ? 0 : ((first + i) * count + query) % (nodes - 1);
      for (let place = nodes - removed; place < nodes; place++) row[orders![i]![place]!] = 0;
      leaves.set(leavesAmong(graph, row), at);
    }
  });
  const shape: [number, number, number] = [graphs.length, count, nodes];
  return { x: tf.tensor3d(present, shape), y: tf.tensor3d(leaves, shape) };
}

/** m from 2 to `nodes`, with a chance in proportion to m. */
function drawKept(nodes: number, integer: (bound: number) => number): number {
  let left = integer(nodes * (nodes + 1) / 2 - 1), kept = 2;
  while (left >= kept) left -= kept++;
  return kept;
}
