import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { Effect } from "effect";
import type * as tf from "@tensorflow/tfjs";
import {
  fullLengthShare,
  type LengthDraw,
  type SampledTasks,
  type SampleRequest,
  type SampleSizes,
  sampleTasks,
} from "../../lib/stages/task_sampling.ts";
import { disposeSample } from "../../lib/training/dispose_sample.ts";
import { familyOf, type FamilySizes } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

const families: readonly FamilySizes[] = [
  { loss: "squared-error", features: 3, outputs: 1 },
  { loss: "cross-entropy", features: 2, outputs: 3 },
];

const sizes: SampleSizes = { steps: 2, observations: 3, queries: 2, lengths: "all" };

/** Everything that was drawn, as numbers: tasks, then per mini-batch x, y, then queries, then lengths. */
function draw(family: FamilySizes, sizes: SampleSizes, request: SampleRequest): Record<string, number[]> {
  const sampled: SampledTasks = Effect.runSync(sampleTasks(familyOf(family), sizes)(request));
  const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];
  const result: Record<string, number[]> = { queryX: numbers(sampled.queries.x), queryY: numbers(sampled.queries.y) };
  for (const [name, tensor] of Object.entries(sampled.drawn)) result[`drawn ${name}`] = numbers(tensor as tf.Tensor);
  sampled.batches.forEach(({ x, y }, k) => Object.assign(result, { [`x ${k}`]: numbers(x), [`y ${k}`]: numbers(y) }));
  sampled.lengths.forEach((lengths, k) => {
    result[`lengths ${k}`] = typeof lengths === "string" ? [] : typeof lengths === "number" ? [lengths] : [...lengths];
  });
  disposeSample(sampled);
  return result;
}

onEveryBackend("sampleTasks() draws for a range alone what the larger draw holds in its rows", () => {
  const request = fc.record({ seed: fc.nat(), split: fc.constantFrom("training", "validation"), iteration: fc.nat() });
  fc.assert(
    fc.property(
      fc.constantFrom(...families),
      fc.constantFrom<LengthDraw>("all", "one", "per-query"),
      request,
      fc.nat(3),
      fc.integer({ min: 1, max: 3 }),
      (family, lengths, request, first, count) => {
        const all = draw(family, { ...sizes, lengths }, { ...request, range: { first: 0, count: 6 } });
        const some = draw(family, { ...sizes, lengths }, { ...request, range: { first, count } });
        for (const [name, numbers] of Object.entries(some)) {
          const whole = all[name]!;
          const shared = name.startsWith("lengths") && lengths === "one"; // one length an iteration, for all tasks
          const row = whole.length / 6;
          assertEquals(numbers, shared ? whole : whole.slice(first * row, (first + count) * row), name);
        }
      },
    ),
    { numRuns: 50 },
  );
}, { backends: ["cpu"] });

onEveryBackend("sampleTasks() gives equal bits for equal requests", () => {
  for (const family of families) {
    const request = { seed: 7, split: "training", iteration: 3, range: { first: 0, count: 2 } };
    assertEquals(draw(family, sizes, request), draw(family, sizes, request));
  }
}, { backends: ["cpu"] });

onEveryBackend("sampleTasks() never draws the same numbers for two purposes", () => {
  const base = { seed: 7, split: "training", iteration: 3, range: { first: 0, count: 4 } };
  const requests = [
    base,
    { ...base, seed: 8 },
    { ...base, split: "validation" },
    { ...base, split: "evaluation" },
    { ...base, iteration: 4 },
    { ...base, range: { first: 4, count: 4 } },
  ];
  const seen = new Map<number, string>();
  for (const [i, request] of requests.entries()) {
    const numbers = draw(families[0]!, sizes, request);
    for (const name of ["drawn w", "x 0", "x 1", "queryX", "y 0", "y 1", "queryY"]) {
      for (const x of numbers[name]!) {
        assert(!seen.has(x), `${x} is in request ${i} ${name} and in ${seen.get(x)}`);
        seen.set(x, `request ${i} ${name}`);
      }
    }
  }
}, { backends: ["cpu"] });

onEveryBackend("sampleTasks() gives as many tensors as the sizes ask for, and owns none", async () => {
  await assertNoLeak(() => {
    const request = { seed: 1, split: "training", iteration: 0, range: { first: 2, count: 4 } };
    const family = familyOf(families[0]!);
    const sampled = Effect.runSync(sampleTasks(family, { ...sizes, lengths: "per-query" })(request));
    assertEquals(sampled.batches.map(({ x, y }) => [x.shape, y.shape]), [[[4, 3, 3], [4, 3, 1]], [[4, 3, 3], [
      4,
      3,
      1,
    ]]]);
    assertEquals([sampled.queries.x.shape, sampled.queries.y.shape], [[4, 2, 3], [4, 2, 1]]);
    assertEquals(sampled.lengths.map((lengths) => (lengths as Int32Array).length), [8, 8]);
    disposeSample(sampled);
  });
}, { backends: ["cpu"] });

onEveryBackend("sampleTasks() draws every length from 1 to N, and the whole share of full ones", () => {
  const large = { steps: 1, observations: 4, queries: 1000, lengths: "per-query" } as const;
  const request = { seed: 1, split: "training", iteration: 0, range: { first: 0, count: 2 } };
  const drawn = draw(families[0]!, large, request)["lengths 0"]!;
  const shares = [1, 2, 3, 4].map((n) => drawn.filter((length) => length === n).length / drawn.length);
  assertEquals(drawn.filter((length) => length < 1 || length > 4), []);
  const partial = (1 - fullLengthShare) / 4;
  // Standard error of a share of 2,000 draws is 0.01 at most: five of them.
  [partial, partial, partial, partial + fullLengthShare].forEach((share, i) =>
    assert(Math.abs(shares[i]! - share) < 0.05, `length ${i + 1}: share ${shares[i]}, expected ${share}`)
  );
  const one = Array.from(
    { length: 400 },
    (_, iteration) =>
      draw(families[0]!, { ...large, queries: 1, lengths: "one" }, { ...request, iteration })["lengths 0"]![0]!,
  );
  assertEquals([...new Set(one)].sort(), [1, 2, 3, 4]);
}, { backends: ["cpu"] });

onEveryBackend("sampleTasks() draws one length an iteration for all its steps", () => {
  for (let iteration = 0; iteration < 20; iteration++) {
    const request = { seed: 1, split: "training", iteration, range: { first: 0, count: 2 } };
    const drawn = draw(families[0]!, { ...sizes, lengths: "one" }, request);
    assertEquals(drawn["lengths 0"], drawn["lengths 1"]);
  }
}, { backends: ["cpu"] });
