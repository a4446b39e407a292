import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { keyFor, purpose } from "../../../lib/random/mod.ts";
import {
  type CausalOrder,
  causalOrder,
  drawModel,
  drawModels,
  type FourierMechanism,
  graphOf,
  inDistribution,
  leavesAmong,
  type LinearMechanism,
  modelOn,
  type ModelRanges,
  outOfDistribution,
  restrictModel,
  sampleColumns,
  standardisedRows,
} from "../../../lib/tasks/mod.ts";
import { cosineOfTurns } from "../../../lib/tasks/structural_causal_model/cosine.ts";

const edgesPerNode = [1, 2] as const;

function models(ranges: ModelRanges, kind: "linear" | "fourier", count = 100) {
  const draw = { nodes: 10, edgesPerNode, mechanisms: [kind], ranges } as const;
  return Array.from({ length: count }, (_, i) => drawModel(draw, purpose(keyFor(2, "models", 0), `${i}`)));
}

/** Smallest and largest of many numbers. */
function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Nearly all of the range is used, and nothing beyond. */
function fills(values: readonly number[], from: number, to: number): boolean {
  const [least, most] = extent(values), slack = 0.05 * (to - from);
  return least >= from && least < from + slack && most <= to && most > to - slack;
}

Deno.test("drawModel() keeps linear models to their ranges, in and out of distribution", () => {
  for (const [ranges, from, to] of [[inDistribution, 1, 3], [outOfDistribution, 0.5, 4]] as const) {
    const drawn = models(ranges, "linear"), parts = drawn.flatMap((m) => m.mechanisms) as LinearMechanism[];
    const weights = parts.flatMap((m) => [...m.weights]);
    assert(fills(weights.map(Math.abs), from, to));
    const negative = weights.filter((w) => w < 0).length / weights.length;
    assert(Math.abs(negative - 0.5) < 0.05);
    assert(fills(parts.map((m) => m.bias), -3, 3));
    assert(fills(drawn.flatMap((m) => [...m.noiseScale]), 0.2, 2));
    assertEquals(new Set(drawn.map((m) => m.noise)).size, 1);
  }
});

Deno.test("drawModel() keeps random functions to their ranges, gaps of a union included", () => {
  const scales = (ranges: ModelRanges, of: "lengthScale" | "outputScale") =>
    (models(ranges, "fourier").flatMap((m) => m.mechanisms) as FourierMechanism[]).map((m) => m[of]);
  assert(fills(scales(inDistribution, "lengthScale"), 7, 10));
  assert(fills(scales(inDistribution, "outputScale"), 10, 20));
  assert(fills(scales(outOfDistribution, "lengthScale"), 5, 12));
  const outputs = scales(outOfDistribution, "outputScale");
  assert(fills(outputs.filter((x) => x < 15), 8, 12) && fills(outputs.filter((x) => x > 15), 18, 22));
});

Deno.test("a random function has its output scale, and moves over its length scale", () => {
  // Over many draws f(0) and f(t) have variance c² and correlation exp(−t² / 2ℓ²): the kernel's.
  const ranges = { ...inDistribution, lengthScale: [[8, 8]], outputScale: [[15, 15]], bias: [0, 0] } as const;
  const quiet = { ...ranges, noiseScale: [0, 0] } as const, at = 8;
  let squares = 0, products = 0;
  const count = 1500;
  for (let i = 0; i < count; i++) {
    const model = modelOn(
      graphOf(2, [[0, 1]]),
      { edgesPerNode, mechanisms: ["fourier"], ranges: quiet },
      keyFor(i, "f", 0),
    );
    const value = (x: number): number => {
      const shifted = { ...model.mechanisms[0]!, bias: x };
      return sampleColumns({ ...model, mechanisms: [shifted, model.mechanisms[1]!] }, keyFor(0, "n", 0), 1)[1]!;
    };
    const [a, b] = [value(0), value(at)];
    squares += (a * a + b * b) / 2 / count;
    products += a * b / count;
  }
  assert(Math.abs(squares / 225 - 1) < 0.12, `${squares}`);
  assert(Math.abs(products / squares - Math.exp(-0.5)) < 0.06, `${products / squares}`);
});

Deno.test("cosineOfTurns() is the cosine, to seven digits", () => {
  fc.assert(fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (turns) => {
    assertAlmostEquals(cosineOfTurns(turns), Math.cos(2 * Math.PI * turns), 1e-7);
  }));
});

Deno.test("sampleColumns() is the structural equations: a chain's effect is bias + weight · cause + noise", () => {
  const model = modelOn(
    graphOf(2, [[1, 0]]),
    { edgesPerNode, mechanisms: ["linear"], ranges: inDistribution },
    keyFor(5, "m", 0),
  );
  const count = 4000, columns = sampleColumns(model, keyFor(5, "noise", 0), count);
  const [effect, cause] = model.mechanisms as LinearMechanism[];
  const noise = (node: number): number[] =>
    Array.from({ length: count }, (_, n) => {
      const x = columns[node * count + n]!;
      return node === 1 ? x - cause!.bias : x - effect!.bias - effect!.weights[0]! * columns[count + n]!;
    });
  for (const node of [0, 1]) {
    const e = noise(node), mean = e.reduce((a, b) => a + b) / count;
    assert(Math.abs(mean) < 4 * model.noiseScale[node]! / Math.sqrt(count));
    const deviation = Math.sqrt(e.reduce((a, b) => a + b * b, 0) / count);
    assert(Math.abs(deviation / model.noiseScale[node]! - 1) < 0.05);
  }
});

Deno.test("sampleColumns() adds Laplace noise out of distribution: variance 2 b², excess kurtosis 3", () => {
  const ranges = { ...outOfDistribution, noiseScale: [1, 1], bias: [0, 0] } as const;
  const model = modelOn(graphOf(1, []), { edgesPerNode, mechanisms: ["linear"], ranges }, keyFor(0, "m", 0));
  const x = sampleColumns(model, keyFor(0, "noise", 0), 200_000);
  const moment = (power: number): number => x.reduce((sum, value) => sum + value ** power, 0) / x.length;
  assert(Math.abs(moment(2) - 2) < 0.05, `${moment(2)}`);
  assert(Math.abs(moment(4) / moment(2) ** 2 - 6) < 0.4, `${moment(4)}`);
  assert(Math.abs(x.filter((value) => Math.abs(value) > Math.LN2).length / x.length - 0.5) < 0.01);
});

Deno.test("sampleColumns() draws samples alone as the same of a larger draw", () => {
  for (const ranges of [inDistribution, outOfDistribution]) {
    const [model] = models(ranges, "fourier", 1), key = keyFor(1, "noise", 0);
    const whole = sampleColumns(model!, key, 9), part = sampleColumns(model!, key, 4, 5);
    for (let node = 0; node < 10; node++) {
      assertEquals(part.slice(node * 4, node * 4 + 4), whole.slice(node * 9 + 5, node * 9 + 9));
    }
  }
});

Deno.test("standardisedRows() leaves mean 0 and variance 1 in every column, 0 where nothing varies", () => {
  const count = 50, columns = Float64Array.from({ length: 3 * count }, (_, i) => i < count ? 7 : 1e3 + Math.sin(i) * i);
  const rows = new Float32Array(3 * count);
  standardisedRows(columns, 3, rows);
  for (const node of [0, 1, 2]) {
    const column = Array.from({ length: count }, (_, n) => rows[n * 3 + node]!);
    assertAlmostEquals(column.reduce((a, b) => a + b) / count, 0, 1e-5);
    assertAlmostEquals(column.reduce((a, b) => a + b * b, 0) / count, node === 0 ? 0 : 1, 1e-5);
  }
});

const c: CausalOrder = { nodes: [4, 6], edgesPerNode: [1, 2], mechanisms: ["linear", "fourier"] };
const family = causalOrder(c);

Deno.test("causalOrder() draws a range alone as the same rows of a larger draw", async () => {
  await tf.setBackend("cpu");
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom("training", "evaluation"),
      fc.constantFrom("context", "query"),
      (seed, split, role) => {
        const key = keyFor(seed, split, 0);
        const read = (first: number, count: number): number[][] => {
          const range = { first, count };
          const request = { key: purpose(key, "x"), range, count: 5, role: role as "context" | "query", split };
          const { x, y } = family.observe(family.drawTasks(key, range), request);
          const rows = [x, y].map((tensor) => [...tensor.dataSync()]);
          tf.dispose([x, y]);
          return rows;
        };
        const whole = read(0, 4), part = read(2, 2);
        whole.forEach((values, i) => assertEquals(values.slice(values.length / 2), part[i]));
      },
    ),
    { numRuns: 20 },
  );
});

/** Marks of a batch's queries, `[tasks][queries][nodes]`. */
function queriesOf(seed: number, split: string, count: number) {
  const key = keyFor(seed, split, 0), range = { first: 0, count: 30 };
  const drawn = family.drawTasks(key, range);
  const { x, y } = family.observe(drawn, { key, range, count, role: "query", split });
  const read = { present: x.arraySync(), leaves: y.arraySync(), nodes: x.shape[2], drawn: drawn.edges.shape[1] };
  tf.dispose([drawn, x, y]);
  return read;
}

Deno.test("causalOrder() removes node by node in evaluation, and goes on with the next task", async () => {
  await tf.setBackend("cpu");
  for (const queries of [5, 2]) {
    const { present, leaves, nodes } = queriesOf(0, "evaluation", queries);
    present.forEach((task, t) =>
      task.forEach((row, q) => {
        assertEquals(row.reduce((a, b) => a + b), nodes - (t * queries + q) % (nodes - 1));
        assert(row.every((mark, i) => leaves[t]![q]![i]! <= mark) && leaves[t]![q]!.includes(1));
      })
    );
  }
});

Deno.test("causalOrder() trains on models of m nodes, larger m more often, all present", async () => {
  await tf.setBackend("cpu");
  const sizes = new Map<string, number>();
  for (let seed = 0; seed < 600; seed++) {
    const { present, leaves, nodes, drawn } = queriesOf(seed, "training", 1);
    if (seed < 20) assert(present.every((task) => task[0]!.every((mark) => mark === 1)));
    if (seed < 20) assert(leaves.every((task) => task[0]!.includes(1)));
    const name = `${nodes} of ${drawn}`;
    sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  // Of 4 nodes 2, 3, 4 are kept with chances 2, 3, 4 of 9; V is 4 or 6.
  for (const kept of [2, 3, 4]) assert(Math.abs(sizes.get(`${kept} of 4`)! - 300 * kept / 9) < 40, `${[...sizes]}`);
  for (const kept of [2, 6]) assert(Math.abs(sizes.get(`${kept} of 6`)! - 300 * kept / 20) < 40, `${[...sizes]}`);
});

Deno.test("restrictModel() samples as the whole model does, where the causes of all kept nodes are kept", () => {
  for (const kind of ["linear", "fourier"] as const) {
    for (const model of models({ ...inDistribution, noiseScale: [0, 0] }, kind, 5)) {
      const kept = model.order.slice(0, 6).sort(), count = 2, key = keyFor(0, "noise", 0);
      const [whole, part] = [sampleColumns(model, key, count), sampleColumns(restrictModel(model, kept), key, count)];
      kept.forEach((node, i) =>
        assertEquals(part.slice(i * count, (i + 1) * count), whole.slice(node * count, (node + 1) * count))
      );
    }
  }
});

Deno.test("causalOrder() marks as leaves what leavesAmong() says of the drawn graphs", async () => {
  await tf.setBackend("cpu");
  const key = keyFor(4, "evaluation", 0), range = { first: 1, count: 3 };
  const drawn = family.drawTasks(key, range);
  const { x, y } = family.observe(drawn, { key, range, count: 3, role: "query", split: "evaluation" });
  const [present, leaves] = [x.arraySync(), y.arraySync()];
  const edges = drawn.edges.arraySync();
  drawModels(c, inDistribution, drawn, range).forEach(({ graph }, t) => {
    assertEquals([...graph.edges], edges[t]!.flat());
    present[t]!.forEach((row, q) => assertEquals([...leavesAmong(graph, row)], leaves[t]![q]));
  });
  tf.dispose([drawn, x, y]);
});
