import { assert, assertAlmostEquals, assertEquals, AssertionError, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { transformer } from "../../lib/model/mod.ts";
import { keyFor } from "../../lib/random/mod.ts";
import { rememberedFields } from "../../lib/regimes/kernel_memory.ts";
import { vectorField } from "../../lib/regimes/mod.ts";
import { inferStep, type Lengths, type State } from "../../lib/stages/mod.ts";
import { gaussianMixtures, mixtureField } from "../../lib/tasks/mod.ts";
import type { PipelineStages } from "../../lib/training/mod.ts";
import { stagesOf, tinyModel, tinyRefinement } from "../_built.ts";
import { normals, tensorOf, uniforms } from "../backends.ts";

await tf.setBackend("cpu");

const bandwidths = [0.1, 0.4], model = transformer({ ...tinyModel, layers: 2 });
const family = gaussianMixtures({ dimension: 2, clusters: [1, 3], spread: 5, std: 0.3, scale: 0.2 });

function build(mask: "causal" | "non-causal", widths = bandwidths) {
  const refinement = tinyRefinement({ regime: "implicit", mask, observations: 4 });
  const regime = vectorField({ refinement, family, width: tinyModel.width }, { bandwidths: widths });
  return { regime, stages: stagesOf(regime, refinement, family, model) };
}

/** Initial weights plus noise, since fresh decoders are nearly zero. */
function weightsOf({ regime }: PipelineStages, model: { init: (key: ReturnType<typeof keyFor>) => object }, seed = 1) {
  const key = keyFor(seed, "initialisation", 0);
  const all = { ...model.init(key), ...regime.init(key) } as Record<string, tf.Tensor>;
  const noise = normals(seed, ...Object.values(all).map(({ shape }) => shape));
  return Object.fromEntries(Object.entries(all).map(([name, w], i) => [name, w.add(tensorOf(noise[i]!).mul(0.3))]));
}

/** Points and queries of two tasks: `[2, count, 2]` and `[2, queries, 3]`. */
function draw(seed: number, count: number, queries: number) {
  const [points, places] = normals(seed, [2, count, 2], [2, queries, 2]), next = uniforms(seed);
  const y = tensorOf(points!) as tf.Tensor3D;
  const times = tf.tensor3d(Float32Array.from({ length: 2 * queries }, next), [2, queries, 1]);
  return {
    batch: { x: tf.zeros<tf.Rank.R3>([2, count, 3]), y },
    queryX: tf.concat([tensorOf(places!), times], 2) as tf.Tensor3D,
  };
}

function refine(
  stages: PipelineStages,
  weights: Record<string, tf.Tensor>,
  batches: readonly { x: tf.Tensor3D; y: tf.Tensor3D }[],
  queryX: tf.Tensor3D,
  lengths: Lengths = "all",
): State {
  let state: State = stages.regime.start(weights, queryX);
  batches.forEach((batch, step) => {
    state = Effect.runSync(inferStep(stages)({ weights, state, batch, lengths, queryX, step })).state;
  });
  return state;
}

function assertNear(found: tf.Tensor, expected: ArrayLike<number>, tolerance: number): void {
  const values = found.dataSync();
  assertEquals(values.length, expected.length);
  values.forEach((value, i) => assertAlmostEquals(value, expected[i]!, tolerance));
}

Deno.test("vectorField() starts as the field of a standard Gaussian", () => {
  const { regime } = build("causal"), { queryX } = draw(1, 4, 5);
  const start = regime.start(regime.init(keyFor(0, "initialisation", 0)), queryX);
  assertNear(start["field"]!, mixtureField({ dimension: 2, means: [0, 0], std: 1 }, queryX.dataSync()), 1e-5);
});

Deno.test("vectorField() remembers exactly: over batches as in one pass, and both as a kernel density of all points", () => {
  const { stages } = build("causal"), weights = weightsOf(stages, model);
  const { batch, queryX } = draw(2, 12, 5);
  const parts = [0, 1, 2].map((k) => ({ x: batch.x, y: batch.y.slice([0, 4 * k, 0], [-1, 4, -1]) as tf.Tensor3D }));
  const [over, once] = [refine(stages, weights, parts, queryX), refine(stages, weights, [batch], queryX)];
  for (const name of ["memoryMean", "memoryMass", "memoryCount"]) {
    assertNear(over[name]!, once[name]!.dataSync(), 1e-4);
  }
  const fields = rememberedFields(over as never, queryX, bandwidths); // [2, 5, bandwidths, 2]
  bandwidths.forEach((std, b) =>
    [0, 1].forEach((task) => {
      const means = batch.y.slice([task, 0, 0], [1, -1, -1]).dataSync();
      const expected = mixtureField({ dimension: 2, means, std }, queryX.slice([task, 0, 0], [1, -1, -1]).dataSync());
      assertNear(fields.slice([task, 0, b, 0], [1, -1, 1, -1]), expected, 1e-3);
    })
  );
});

Deno.test("vectorField() sees and remembers the same by one length for all as a number and in an array", () => {
  const { stages } = build("non-causal"), weights = weightsOf(stages, model);
  const { batch, queryX } = draw(3, 4, 3);
  const [number, array] = [2, Int32Array.of(2)].map((lengths) => refine(stages, weights, [batch], queryX, lengths));
  assertEquals([...array!["memoryCount"]!.dataSync()], [2, 2, 2, 2, 2, 2]);
  for (const [name, tensor] of Object.entries(number!)) assertNear(array![name]!, tensor.dataSync(), 1e-5);
});

Deno.test("vectorField() sees and remembers of a mini-batch what each query may see", () => {
  const { stages } = build("causal"), weights = weightsOf(stages, model);
  const { batch, queryX } = draw(3, 4, 3);
  const lengths = Int32Array.of(1, 2, 3, 4, 2, 1);
  const cut = refine(stages, weights, [batch], queryX, lengths);
  assertEquals([...cut["memoryCount"]!.dataSync()], [...lengths]);
  const other = { ...batch, y: batch.y.add(tf.tensor3d([[[0, 0], [0, 0], [0, 0], [5, 5]]])) as tf.Tensor3D };
  const changed = refine(stages, weights, [other], queryX, lengths);
  const [a, b] = [cut, changed].map((state) => state["field"]!.arraySync() as number[][][]);
  assertEquals([a![0], a![1]!.slice(1)], [b![0], b![1]!.slice(1)]); // only query [1, 0] sees the fourth point
  assert(a![1]![0]![0] !== b![1]![0]![0]);
});

/** Two refinements give a query the same field whatever other queries there are. */
function othersNeverMatter(change: (stages: PipelineStages) => PipelineStages) {
  return fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
    tf.tidy(() => {
      const stages = change(build("causal").stages), weights = weightsOf(stages, model, seed);
      const { batch, queryX } = draw(seed, 4, 4), alone = queryX.slice([0, 1, 0], [-1, 2, -1]) as tf.Tensor3D;
      const [all, some] = [
        refine(stages, weights, [batch, batch], queryX),
        refine(stages, weights, [batch, batch], alone),
      ];
      assertNear(all["field"]!.slice([0, 1, 0], [-1, 2, -1]), some["field"]!.dataSync(), 2e-4);
    });
  });
}

const sees: (stages: PipelineStages) => PipelineStages = (stages) => ({
  ...stages,
  masking: (tokens) => Effect.map(stages.masking(tokens), (masked) => ({ ...masked, mask: tf.onesLike(masked.mask) })),
});

Deno.test("vectorField() keeps a query's field whatever other queries there are", () => {
  fc.assert(othersNeverMatter((stages) => stages), { numRuns: 10 });
  assertThrows(() => fc.assert(othersNeverMatter(sees), { numRuns: 10 }), Error);
});

Deno.test("vectorField() keeps its context tokens whatever is queried", () => {
  const { regime, stages } = build("causal"), weights = weightsOf(stages, model);
  const { batch, queryX } = draw(5, 4, 3), { queryX: others } = draw(6, 4, 3);
  const [a, b] = [queryX, others].map((queryX) => {
    const state = regime.start(weights, queryX), signal = regime.signal(weights, state, batch, "all");
    const { embedded } = regime.encode({ weights, state, signal, batch, lengths: "all", queryX, step: 0 });
    return embedded.slice([0, 0, 0], [-1, 4, -1]).dataSync();
  });
  assertEquals(a, b);
});

Deno.test("vectorField() does not see the order of points without the causal mask, and does with it", () => {
  const orderMatters = (mask: "causal" | "non-causal") =>
    tf.tidy(() => {
      const { stages } = build(mask), weights = weightsOf(stages, model);
      const { batch, queryX } = draw(7, 4, 3), turned = { ...batch, y: batch.y.reverse(1) as tf.Tensor3D };
      const [a, b] = [batch, turned].map((one) => refine(stages, weights, [one, batch], queryX)["field"]!.dataSync());
      return Math.max(...a!.map((value, i) => Math.abs(value - b![i]!)));
    });
  assert(orderMatters("non-causal") < 1e-4);
  assert(orderMatters("causal") > 1e-3);
});

Deno.test("vectorField() learns: one step of its gradient makes the loss smaller, its start included", async () => {
  for (const widths of [bandwidths, []]) {
    const { stages } = build("causal", widths), weights = weightsOf(stages, model);
    const sizes = { steps: 2, observations: 4, queries: 6, lengths: "per-query" as const };
    const range = { first: 0, count: 3 };
    const sampled = Effect.runSync(stages.taskSampling(sizes)({ seed: 1, split: "training", iteration: 0, range }));
    const balance = tf.ones<tf.Rank.R2>([2, 1]);
    const run = (at: typeof weights) => Effect.runPromise(stages.detachedStateLoop({ weights: at, sampled, balance }));
    const { gradients, losses } = await run(weights);
    assertEquals(Object.keys(gradients).sort(), Object.keys(weights).sort());
    assert(Math.abs(gradients["initial.logVariance"]!.dataSync()[0]!) > 0);
    const norm = Math.sqrt(Object.values(gradients).reduce((sum, g) => sum + g.square().sum().dataSync()[0]!, 0));
    const moved = Object.fromEntries(
      Object.entries(weights).map(([name, w]) => [name, w.sub(gradients[name]!.mul(0.02 / norm))]),
    );
    const total = (of: tf.Tensor): number => of.sum().dataSync()[0]!;
    const after = await run(moved);
    if (!(total(after.losses) < total(losses))) {
      throw new AssertionError(`${total(after.losses)} from ${total(losses)}`);
    }
  }
});
