import fc from "fast-check";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import { refineGreedily } from "../../lib/stages/detached_state_loop.ts";
import type { LoopOutput } from "../../lib/stages/detached_state_loop.ts";
import type { BuiltPipeline, CommonConfig } from "../../lib/training/pipeline.ts";
import { localGradients, shardRanges, treeSum } from "../../lib/training/shards.ts";
import { type IterationReport, trainIteration } from "../../lib/training/train_iteration.ts";
import { disposeTrainingState, initialTrainingState, type TrainingState } from "../../lib/training/training_state.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertClose, assertNoLeak, onEveryBackend } from "../backends.ts";
import { assertAllClose, assertAllSame, type Numbers, readAll } from "../properties/_values.ts";
import { flatMemory, kinds } from "./_flat_memory.ts";

const family = familyOf({ loss: "squared-error", features: 3, outputs: 1 });

const settings: fc.Arbitrary<Partial<Refinement>> = fc.constantFrom(...kinds);

interface Trained {
  readonly weights: Numbers;
  readonly moments: Numbers;
  readonly reports: readonly IterationReport[];
}

/** A few iterations from a fresh state, read back. */
async function train(config: CommonConfig, built: BuiltPipeline, seed: number, iterations = 3): Promise<Trained> {
  return await assertNoLeak(async () => {
    const source = localGradients(built, config, seed);
    let state = initialTrainingState(built, config, seed);
    const reports: IterationReport[] = [];
    for (let i = 0; i < iterations; i++) {
      const next = await Effect.runPromise(trainIteration(source, config, state));
      state = next.state;
      reports.push(next.report);
    }
    const moments = { ...prefixed("first", state.first), ...prefixed("second", state.second), means: state.lossMeans };
    const trained = { weights: readAll(state.weights), moments: readAll(moments), reports };
    disposeTrainingState(state);
    return trained;
  });
}

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix} ${name}`, value]));
}

/** Gradients and losses of one batch, as means over its shards. */
async function batchGradients(config: CommonConfig, seed: number): Promise<{ gradients: Numbers; losses: Numbers }> {
  const built = buildFor(config, family);
  return await assertNoLeak(async () => {
    const state = initialTrainingState(built, config, seed);
    const balance = tf.onesLike(state.lossMeans);
    const output = await Effect.runPromise(localGradients(built, config, seed)(state, balance));
    const means = tf.tidy(() =>
      ({
        gradients: readAll(mean(output.gradients, config.training.shards)),
        losses: readAll(mean({ losses: output.losses }, config.training.shards)),
      }) as unknown as tf.TensorContainer
    ) as unknown as { gradients: Numbers; losses: Numbers };
    tf.dispose([balance, output.losses, output.gradients as tf.NamedTensorMap]);
    disposeTrainingState(state);
    return means;
  });
}

function mean(tensors: Readonly<Record<string, tf.Tensor>>, shards: number): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.div(shards)]));
}

onEveryBackend("localGradients() gives the same mean over 1, 2 and 4 shards, to rounding", async () => {
  await fc.assert(
    fc.asyncProperty(settings, fc.nat(), async (differences, seed) => {
      const refinement = tinyRefinement(differences);
      const one = await batchGradients(tinyConfig(refinement, { shards: 1 }), seed);
      const largest = Math.max(...Object.values(one.gradients).flatMap(({ data }) => [...data].map(Math.abs)));
      for (const shards of [2, 4]) {
        const { gradients, losses } = await batchGradients(tinyConfig(refinement, { shards }), seed);
        assertAllClose("losses", losses, one.losses);
        assertEquals(Object.keys(gradients), Object.keys(one.gradients));
        for (const [name, gradient] of Object.entries(gradients)) {
          assertClose(name, gradient, one.gradients[name]!, { relative: 0, absolute: 1e-5 * largest });
        }
      }
    }),
    { numRuns: 12 },
  );
}, { backends: ["cpu"] });

onEveryBackend("trainIteration() repeats bit for bit, and owns what it gives back", async ({ name }) => {
  await fc.assert(
    fc.asyncProperty(settings, fc.nat(), fc.constantFrom(1, 2), async (differences, seed, shards) => {
      const config = tinyConfig(tinyRefinement(differences), { shards });
      const built = buildFor(config, family);
      const [a, b] = [await train(config, built, seed), await train(config, built, seed)];
      assertAllSame("weights", b.weights, a.weights);
      assertAllSame("moments", b.moments, a.moments);
      assertEquals(b.reports, a.reports);
      const other = await train(config, built, seed + 1);
      assert(other.reports[0]!.loss !== a.reports[0]!.loss, "another seed gives the same loss");
    }),
    { numRuns: name === "cpu" ? 8 : 6 },
  );
}, { backends: ["cpu", "wasm"], kernels: registerKernels });

onEveryBackend("trainIteration() reports mean losses, the scheduled rate and the norm before clipping", async () => {
  const config = tinyConfig(tinyRefinement(), { clip: 1e-3, learningRate: 1, iterations: 100, warmUp: 0.1 });
  const built = buildFor(config, family);
  const { reports: [report] } = await train(config, built, 1, 1);
  const { gradients, losses } = await batchGradients(config, 1);
  const norm = Math.hypot(...Object.values(gradients).flatMap(({ data }) => [...data]));
  const perStep = [0, 1].map((k) => losses["losses"]!.data.subarray(3 * k, 3 * k + 3).reduce((a, b) => a + b) / 3);
  const found = [report!.gradientNorm, ...report!.lossPerStep, report!.loss, report!.learningRate];
  const expected = [norm, ...perStep, (perStep[0]! + perStep[1]!) / 2, 0.1];
  const values = (numbers: number[]) => ({ shape: [numbers.length], data: Float32Array.from(numbers) });
  assertClose("report", values(found), values(expected), { relative: 1e-5 });
}, { backends: ["cpu"] });

onEveryBackend("trainIteration() gives the state back as it was when a number is not finite", async () => {
  const config = tinyConfig(tinyRefinement()), built = buildFor(config, family);
  await assertNoLeak(async () => {
    const state = initialTrainingState(built, config, 1);
    const before = readAll(state.weights);
    const source = ({ weights }: TrainingState) =>
      Effect.sync((): LoopOutput => ({
        gradients: Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, tf.fill(shape, NaN)])),
        losses: tf.ones([2, 3]),
      }));
    const { state: after, report } = await Effect.runPromise(trainIteration(source, config, state));
    assertStrictEquals(after, state);
    assert(Number.isNaN(report.gradientNorm), "the report hides what was not finite");
    assertAllSame("weights", readAll(after.weights), before);
    disposeTrainingState(state);
  });
}, { backends: ["cpu"] });

onEveryBackend("localGradients() frees the shards before the one that fails", async () => {
  const failure = new ShapeMismatch({ where: "here", expected: "[1]", found: [2], remedy: "none" });
  const config = tinyConfig(tinyRefinement(), { shards: 4 }), built = buildFor(config, family);
  await assertNoLeak(async () => {
    const state = initialTrainingState(built, config, 1), balance = tf.onesLike(state.lossMeans);
    let shard = 0;
    const loop = refineGreedily(built.stages);
    const stages: BuiltPipeline["stages"] = {
      ...built.stages,
      detachedStateLoop: (input) => shard++ === 2 ? Effect.fail(failure) : loop(input),
    };
    const run = localGradients({ ...built, stages }, config, 1)(state, balance);
    assertStrictEquals(await Effect.runPromise(Effect.flip(run)), failure);
    balance.dispose();
    disposeTrainingState(state);
  });
}, { backends: ["cpu"] });

Deno.test("shardRanges() splits the tasks in order, into equal parts", () => {
  assertEquals(shardRanges({ tasks: 8, shards: 4 }), [0, 2, 4, 6].map((first) => ({ first, count: 2 })));
  assertEquals(shardRanges({ tasks: 8, shards: 1 }), [{ first: 0, count: 8 }]);
});

Deno.test("treeSum() adds neighbours first, whatever is split where", () => {
  const shown = treeSum(["a", "b", "c", "d"], (x, y) => `(${x}+${y})`);
  assertEquals(shown, "((a+b)+(c+d))");
  assertEquals(treeSum([treeSum(["a", "b"], add), treeSum(["c", "d"], add)], add), shown);
});

function add(x: string, y: string): string {
  return `(${x}+${y})`;
}

for (const kind of kinds) {
  const name = `${kind.regime} ${kind.mask}`;
  onEveryBackend(`trainIteration() holds as much after 200 iterations as after 20: ${name}`, async () => {
    await flatMemory(kind, 200);
  }, { backends: ["wasm"], kernels: registerKernels });
}
