import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { keyFor, purpose } from "../../../lib/random/mod.ts";
import {
  edgeCount,
  type Graph,
  type GraphKind,
  graphOf,
  graphOfKind,
  leavesAmong,
  linearExtension,
  parentsOf,
  reversed,
  streamOf,
} from "../../../lib/tasks/mod.ts";
import { assertCatches } from "../../properties/_mutants.ts";

const kinds: readonly GraphKind[] = [
  "erdos-renyi",
  "scale-free",
  "scale-free-reversed",
  "watts-strogatz",
  "stochastic-block",
];

/** `count` graphs of a kind. */
function graphs(kind: GraphKind, nodes: number, edgesPerNode: number, count: number): Graph[] {
  const key = keyFor(1, kind, 0);
  return Array.from(
    { length: count },
    (_, i) => graphOfKind(kind, nodes, edgesPerNode, streamOf(purpose(key, `${i}`))),
  );
}

function meanOf<T>(of: readonly T[], value: (item: T) => number): number {
  return of.reduce((sum, item) => sum + value(item), 0) / of.length;
}

function degrees({ nodes, edges }: Graph, which: "in" | "out"): number[] {
  return Array.from({ length: nodes }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < nodes; j++) sum += edges[which === "in" ? j * nodes + i : i * nodes + j]!;
    return sum;
  });
}

Deno.test("graphOfKind() expects edgesPerNode · nodes edges of random pairs and blocks, and has exactly so many else", () => {
  for (const edgesPerNode of [1, 2, 3]) {
    for (const kind of ["erdos-renyi", "stochastic-block"] as const) {
      const expected = 20 * edgesPerNode;
      // A sum of independent pairs: its variance is below its mean. Blocks of ten nodes and less get full at three.
      const mean = meanOf(graphs(kind, 20, edgesPerNode, 400), edgeCount);
      const few = kind === "stochastic-block" && edgesPerNode === 3 ? 0.05 * expected : 0;
      assert(Math.abs(mean - expected) < 4 * Math.sqrt(expected / 400) + few, `${kind} ${edgesPerNode}: ${mean}`);
    }
    for (const graph of graphs("watts-strogatz", 20, edgesPerNode, 20)) {
      assertEquals(edgeCount(graph), 20 * edgesPerNode);
    }
    // The first ones have fewer to join: 0 + 1 + … + (m − 1) and m from then on.
    const joined = edgesPerNode * 20 - edgesPerNode * (edgesPerNode + 1) / 2;
    for (const graph of graphs("scale-free", 20, edgesPerNode, 20)) assertEquals(edgeCount(graph), joined);
  }
});

Deno.test("erdosRenyi() spreads degrees as a binomial distribution does", () => {
  const all = graphs("erdos-renyi", 20, 2, 400).flatMap((graph) => {
    const [into, out] = [degrees(graph, "in"), degrees(graph, "out")];
    return into.map((d, i) => d + out[i]!);
  });
  const p = 4 / 19, mean = meanOf(all, (d) => d), variance = meanOf(all, (d) => (d - mean) ** 2);
  assert(Math.abs(mean - 19 * p) < 0.15, `${mean}`);
  assert(Math.abs(variance - 19 * p * (1 - p)) < 0.2, `${variance}`);
});

Deno.test("scaleFree() has a power's tail of causes; reversed, of effects", () => {
  // One edge a node, a chance in proportion to 1 + in-degree: P(d) → 4 / ((d + 1)(d + 2)(d + 3)).
  const nodes = 400;
  for (const [kind, heavy] of [["scale-free", "in"], ["scale-free-reversed", "out"]] as const) {
    const drawn = graphs(kind, nodes, 1, 20);
    const all = drawn.flatMap((graph) => degrees(graph, heavy));
    for (const d of [0, 1, 2, 4]) {
      const expected = 4 / ((d + 1) * (d + 2) * (d + 3));
      const found = all.filter((degree) => degree === d).length / all.length;
      assert(Math.abs(found - expected) < 0.02 + 0.05 * expected, `${kind}, ${d}: ${found}, expected ${expected}`);
    }
    // The hub grows as √nodes; a binomial distribution of mean 1 has none of ten among 400.
    assert(meanOf(drawn, (graph) => Math.max(...degrees(graph, heavy))) > 15);
    const light = heavy === "in" ? "out" : "in";
    drawn.forEach((graph) => assert(degrees(graph, light).every((degree) => degree <= 1)));
  }
});

Deno.test("wattsStrogatz() keeps a ring's triangles, which random pairs lack", () => {
  const transitivity = ({ nodes, edges }: Graph): number => {
    const joined = (i: number, j: number): number => edges[i * nodes + j]! | edges[j * nodes + i]!;
    let triangles = 0, paths = 0;
    for (let i = 0; i < nodes; i++) {
      for (let j = 0; j < nodes; j++) {
        if (j === i || !joined(i, j)) continue;
        for (let k = 0; k < j; k++) {
          if (k !== i && joined(i, k)) [triangles, paths] = [triangles + joined(j, k), paths + 1];
        }
      }
    }
    return triangles / Math.max(1, paths);
  };
  const small = meanOf(graphs("watts-strogatz", 60, 2, 30), transitivity);
  // A ring with two neighbours on each side has ½; an edge of a triangle survives with .7, all three with .7³.
  assert(Math.abs(small - 0.5 * 0.7 ** 3) < 0.04, `${small}`);
  assert(meanOf(graphs("erdos-renyi", 60, 2, 30), transitivity) < 0.1);
});

Deno.test("stochasticBlock() joins within few groups more than a random graph does", () => {
  const spread = (kind: GraphKind): number =>
    meanOf(graphs(kind, 30, 2, 200), ({ nodes, edges }) => {
      // Triangles gather in blocks.
      let triangles = 0;
      const joined = (i: number, j: number): number => edges[i * nodes + j]! | edges[j * nodes + i]!;
      for (let i = 0; i < nodes; i++) {
        for (let j = 0; j < i; j++) for (let k = 0; k < j; k++) triangles += joined(i, j) * joined(j, k) * joined(i, k);
      }
      return triangles;
    });
  assert(spread("stochastic-block") > 1.5 * spread("erdos-renyi"));
});

/** Every graph has an order of causes before effects, and no node causes itself. */
function acyclic(make: typeof graphOfKind): fc.IProperty<[GraphKind, number, number, number]> {
  return fc.property(
    fc.constantFrom(...kinds),
    fc.integer({ min: 2, max: 24 }),
    fc.integer({ min: 1, max: 4 }),
    fc.nat(),
    (kind, nodes, edgesPerNode, seed) => {
      const graph = make(kind, nodes, edgesPerNode, streamOf(keyFor(seed, "graph", 0)));
      const order = linearExtension(graph);
      assert(order !== undefined, "a cycle");
      const place = new Map([...order].map((node, i) => [node, i]));
      assertEquals(place.size, nodes);
      for (let i = 0; i < nodes; i++) {
        for (const cause of parentsOf(graph, i)) assert(place.get(cause)! < place.get(i)!);
      }
    },
  );
}

Deno.test("graphOfKind() draws no cycle, whatever kind, size and density", () => {
  fc.assert(acyclic(graphOfKind), { numRuns: 200 });
});

Deno.test("that property fails when one edge is turned round", () => {
  assertCatches(acyclic((...of) => {
    const { nodes, edges } = graphOfKind(...of);
    const turned = edges.slice(), [from] = [edges.indexOf(1)];
    if (from >= 0) turned[(from % nodes) * nodes + Math.floor(from / nodes)] = 1;
    return { nodes, edges: turned };
  }));
});

Deno.test("graphOfKind() names nodes at random: every pair is as often an edge", () => {
  for (const kind of kinds) {
    const count = 3000, nodes = 5, pairs = new Float64Array(nodes * nodes);
    for (const { edges } of graphs(kind, nodes, 1, count)) edges.forEach((edge, i) => pairs[i]! += edge / count);
    const off = [...pairs].filter((_, i) => i % (nodes + 1) !== 0), mean = meanOf(off, (share) => share);
    const most = 4.5 * Math.sqrt(mean * (1 - mean) / count);
    assert(off.every((share) => Math.abs(share - mean) < most), `${kind}: ${off.map((x) => x.toFixed(3))}`);
  }
});

Deno.test("leavesAmong() and linearExtension() know chains, forks, stars, empty and complete graphs", () => {
  const all = [1, 1, 1, 1];
  const chain = graphOf(4, [[0, 1], [1, 2], [2, 3]]), star = graphOf(4, [[0, 1], [0, 2], [0, 3]]);
  const fork = graphOf(4, [[0, 1], [0, 2], [1, 3]]), empty = graphOf(4, []);
  const complete = graphOf(4, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
  assertEquals([...leavesAmong(chain, all)], [0, 0, 0, 1]);
  assertEquals([...leavesAmong(star, all)], [0, 1, 1, 1]);
  assertEquals([...leavesAmong(reversed(star), all)], [1, 0, 0, 0]);
  assertEquals([...leavesAmong(fork, all)], [0, 0, 1, 1]);
  assertEquals([...leavesAmong(empty, all)], [1, 1, 1, 1]);
  assertEquals([...leavesAmong(complete, all)], [0, 0, 0, 1]);
  assertEquals([...leavesAmong(complete, [1, 1, 0, 0])], [0, 1, 0, 0]);
  assertEquals([...leavesAmong(star, [0, 0, 0, 0])], [0, 0, 0, 0]);
  for (const graph of [chain, complete]) {
    assertEquals([...linearExtension(graph, () => 0)!], [0, 1, 2, 3]);
    assertEquals([...linearExtension(reversed(graph), () => 0)!], [3, 2, 1, 0]);
  }
  const orders = new Set<string>(), stream = streamOf(keyFor(0, "orders", 0));
  for (let i = 0; i < 300; i++) orders.add(linearExtension(empty, stream.integer)!.join());
  assertEquals(orders.size, 24);
});
