import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  chanceLeafError,
  directLingam,
  directLingamRule,
  explainedShare,
  leafError,
  type LeafRule,
  type NodeData,
  orderByScores,
  orderFromBack,
  type Removals,
  smallestShareRule,
  varianceRule,
  violatedEdges,
} from "../../../lib/evaluation/mod.ts";
import { invertInPlace } from "../../../lib/evaluation/causal_order/explained_share.ts";
import { keyFor, normals, purpose } from "../../../lib/random/mod.ts";
import {
  drawModel,
  type Graph,
  graphOf,
  inDistribution,
  leavesAmong,
  linearExtension,
  modelOn,
  type ModelRanges,
  outOfDistribution,
  sampleColumns,
  standardisedRows,
  type StructuralModel,
} from "../../../lib/tasks/mod.ts";

const edgesPerNode = [1, 2] as const;

/** Samples of a model, as measured or standardised. */
function samplesOf(model: StructuralModel, count: number, standardise: boolean): NodeData {
  const { nodes } = model.graph, columns = sampleColumns(model, keyFor(0, "samples", 0), count);
  const rows = new Float32Array(nodes * count);
  if (standardise) standardisedRows(columns, nodes, rows);
  else rows.forEach((_, i) => rows[i] = columns[(i % nodes) * count + Math.floor(i / nodes)]!);
  return { nodes, count, rows };
}

function modelsOf(ranges: ModelRanges, nodes: number, count: number): StructuralModel[] {
  const draw = { nodes, edgesPerNode, mechanisms: ["linear"], ranges } as const;
  return Array.from({ length: count }, (_, i) => drawModel(draw, purpose(keyFor(7, "rules", 0), `${i}`)));
}

/** All removals along a true order. */
function removalsOf(graph: Graph): Removals {
  const order = linearExtension(graph)!, { nodes } = graph;
  const present = new Uint8Array((nodes - 1) * nodes), leaves = new Uint8Array(present.length);
  for (let removal = 0; removal < nodes - 1; removal++) {
    const row = present.subarray(removal * nodes, (removal + 1) * nodes);
    order.subarray(0, nodes - removal).forEach((node) => row[node] = 1);
    leaves.set(leavesAmong(graph, row), removal * nodes);
  }
  return { count: nodes - 1, present, leaves };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const chain = graphOf(4, [[0, 1], [1, 2], [2, 3]]), star = graphOf(4, [[0, 1], [0, 2], [0, 3]]);
const complete = graphOf(4, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]), empty = graphOf(4, []);
const nothing: NodeData = { nodes: 4, count: 0, rows: [] };

Deno.test("violatedEdges() counts edges against the order: chains, stars, complete and empty graphs", () => {
  assertEquals(violatedEdges(chain, [0, 1, 2, 3]), 0);
  assertEquals(violatedEdges(chain, [3, 2, 1, 0]), 1);
  assertEquals(violatedEdges(chain, [1, 0, 2, 3]), 1 / 3);
  assertEquals(violatedEdges(star, [1, 0, 2, 3]), 1 / 3);
  assertEquals(violatedEdges(complete, [0, 1, 3, 2]), 1 / 6);
  assertEquals(violatedEdges(empty, [2, 0, 3, 1]), 0);
});

Deno.test("violatedEdges() of random orders is a half on average", () => {
  const shares: number[] = [];
  for (let i = 0; i < 400; i++) {
    const scores = normals(keyFor(i, "scores", 0), 4);
    shares.push(violatedEdges(complete, orderByScores(scores)));
  }
  assert(Math.abs(mean(shares) - 0.5) < 0.05);
});

Deno.test("leafError() removes the true later nodes, whatever the rule said before", () => {
  // Names node 3 for ever: right while 3 is there and a leaf, then the first that is left.
  const rule: LeafRule = () => [0, 0, 0, 1];
  assertEquals(leafError(nothing, removalsOf(chain), rule), 2 / 3); // then 0 of {0, 1, 2} and of {0, 1}
  assertEquals(leafError(nothing, removalsOf(empty), rule), 0);
  assertEquals(leafError(nothing, removalsOf(complete), () => [0, 1, 2, 3]), 0);
  assertEquals(leafError(nothing, removalsOf(complete), () => [3, 2, 1, 0]), 1);
});

Deno.test("chanceLeafError() is what guessing gets: known for chains, stars, complete and empty graphs", () => {
  assertAlmostEquals(chanceLeafError(4, removalsOf(chain)), mean([3 / 4, 2 / 3, 1 / 2]));
  assertAlmostEquals(chanceLeafError(4, removalsOf(complete)), mean([3 / 4, 2 / 3, 1 / 2]));
  assertAlmostEquals(chanceLeafError(4, removalsOf(star)), mean([1 / 4, 1 / 3, 1 / 2]));
  assertEquals(chanceLeafError(4, removalsOf(empty)), 0);
});

Deno.test("invertInPlace() inverts positive definite matrices", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (size, seed) => {
    const half = normals(keyFor(seed, "half", 0), size * size), matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        for (let k = 0; k < size; k++) matrix[i * size + j]! += half[i * size + k]! * half[j * size + k]!;
      }
      matrix[i * size + i]! += 1;
    }
    const inverse = matrix.slice();
    invertInPlace(inverse, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let product = 0;
        for (let k = 0; k < size; k++) product += matrix[i * size + k]! * inverse[k * size + j]!;
        assertAlmostEquals(product, Number(i === j), 1e-8);
      }
    }
  }));
});

Deno.test("explainedShare() is the squared correlation of a pair, 0 of a stranger, and leaves absent nodes out", () => {
  const count = 2000, z = normals(keyFor(0, "z", 0), 3 * count);
  const rows = Float64Array.from({ length: 3 * count }, (_, i) => i % 3 === 1 ? 2 * z[i - 1]! + z[i]! : z[i]!);
  const data = { nodes: 3, count, rows };
  const shares = explainedShare(data, [1, 1, 1]);
  assertAlmostEquals(shares[0]!, 0.8, 0.02); // 4 / (4 + 1)
  assertAlmostEquals(shares[1]!, 0.8, 0.02);
  assertAlmostEquals(shares[2]!, 0, 0.01);
  const without = explainedShare(data, [1, 0, 1]);
  assertAlmostEquals(without[0]!, 0, 0.01);
  assertEquals(without[1], 0);
});

Deno.test("varianceRule orders data as measured, and is no better than chance once they are standardised", () => {
  const raw: number[] = [], standard: number[] = [], rawLeaf: number[] = [], leaf: number[] = [], chance: number[] = [];
  for (const model of modelsOf(inDistribution, 8, 150)) {
    const removals = removalsOf(model.graph);
    for (const [standardise, edges, leaves] of [[false, raw, rawLeaf], [true, standard, leaf]] as const) {
      const data = samplesOf(model, 200, standardise);
      edges.push(violatedEdges(model.graph, orderByScores(varianceRule(data))));
      leaves.push(leafError(data, removals, varianceRule));
    }
    chance.push(chanceLeafError(8, removals));
  }
  assert(mean(raw) < 0.1 && mean(rawLeaf) < mean(chance) - 0.2, `${mean(raw)}`);
  assert(mean(standard) > 0.43, `${mean(standard)}`); // a standard error is .02
  assert(mean(leaf) > mean(chance) - 0.05, `${mean(leaf)}, chance ${mean(chance)}`);
});

Deno.test("smallestShareRule names the leaf of a star of causes, which all others explain, last", () => {
  // A sink with three causes has the largest R²: smallest-first is wrong here, as it must be.
  const model = modelOn(graphOf(4, [[0, 3], [1, 3], [2, 3]]), {
    edgesPerNode,
    mechanisms: ["linear"],
    ranges: inDistribution,
  }, keyFor(1, "m", 0));
  const data = samplesOf(model, 500, true);
  assertEquals([...orderFromBack(data, smallestShareRule)].indexOf(3), 0);
});

Deno.test("directLingam() orders linear models under Laplace noise, and has no signal under Gaussian noise", () => {
  const violated = (ranges: ModelRanges) =>
    mean(
      modelsOf(ranges, 6, 40).map((model) =>
        violatedEdges(model.graph, directLingam(samplesOf(model, 600, true), [1, 1, 1, 1, 1, 1]))
      ),
    );
  const laplace = violated({ ...outOfDistribution, graphs: ["erdos-renyi"] });
  const gaussian = violated(inDistribution);
  assert(laplace < 0.1, `${laplace}`);
  assert(gaussian > 0.3, `${gaussian}`);
});

Deno.test("directLingamRule finds the end of a chain, among all nodes and among some", () => {
  const ranges: ModelRanges = { ...outOfDistribution, weight: [[1, 2]], noiseScale: [1, 1] };
  const data = samplesOf(
    modelOn(chain, { edgesPerNode, mechanisms: ["linear"], ranges }, keyFor(3, "m", 0)),
    2000,
    true,
  );
  assertEquals([...orderFromBack(data, directLingamRule)], [0, 1, 2, 3]);
  assertEquals([...directLingam(data, [1, 0, 1, 0])], [0, 2]);
});
