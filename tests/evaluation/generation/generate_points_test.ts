import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { decodeEvaluation, encodeEvaluation, evaluate, generatePoints } from "../../../lib/evaluation/mod.ts";
import { keyFor, normalTensor } from "../../../lib/random/mod.ts";
import { initialWeights, type Pipeline, resolveConfig } from "../../../lib/training/mod.ts";
import alphabets from "../../../pipelines/alphabets.ts";
import gmm from "../../../pipelines/gmm.ts";

await tf.setBackend("cpu");

const tiny = [
  ...["steps=2", "observations=4", "model.width=8", "model.layers=1", "model.feedForward=8", "training.tasks=2"],
  ...["evaluation.tasks=3", "evaluation.queries=5", "evaluation.steps=3"],
  ...["generation.tasks=2", "generation.points=140", "generation.intervals=2", "generation.pictures=1"],
];

function tinyRun(pipeline: Pipeline) {
  const { config } = Effect.runSync(resolveConfig(pipeline, { set: tiny }));
  const built = pipeline.build(config);
  return { config, built, weights: initialWeights(built, 1) };
}

Deno.test("generatePoints() before any mini-batch gives the noise back: the field starts as that of noise", async () => {
  const { built, weights } = tinyRun(gmm as unknown as Pipeline);
  const noise = normalTensor(keyFor(1, "evaluation", 0), [2, 140, 2]) as tf.Tensor3D;
  const request = { stages: built.stages, weights, batches: [], noise };
  const made = await Effect.runPromise(generatePoints({ ...request, integration: { solver: "rk4", intervals: 30 } }));
  assertEquals(made.shape, [2, 140, 2]);
  const before = noise.dataSync();
  made.dataSync().forEach((x, i) => assertAlmostEquals(x, before[i]!, 1e-3));
});

Deno.test("generatePoints() carries each point by itself, and keeps no tensor", () => {
  const { built, weights } = tinyRun(gmm as unknown as Pipeline);
  const sizes = { steps: 2, observations: 4, queries: 1, lengths: "all" as const };
  const range = { first: 0, count: 2 };
  const draw = built.stages.taskSampling(sizes)({ seed: 1, split: "evaluation", iteration: 0, range });
  const { batches } = Effect.runSync(draw);
  const noise = normalTensor(keyFor(1, "evaluation", 0), [2, 140, 2]) as tf.Tensor3D;
  const some = noise.slice([0, 125, 0], [-1, 9, -1]) as tf.Tensor3D;
  const count = tf.memory().numTensors;
  const [all, part] = [noise, some].map((noise) =>
    Effect.runSync(
      generatePoints({
        stages: built.stages,
        weights,
        batches,
        noise,
        integration: { solver: "midpoint", intervals: 2 },
      }),
    )
  );
  assertEquals(tf.memory().numTensors, count + 2);
  const expected = all!.slice([0, 125, 0], [-1, 9, -1]).dataSync();
  part!.dataSync().forEach((x, i) => assertAlmostEquals(x, expected[i]!, 1e-4));
});

for (const pipeline of [gmm, alphabets] as unknown as Pipeline[]) {
  Deno.test(`evaluate() measures ${pipeline.name} by three metrics, beside densities of the points seen`, async () => {
    const { built, config, weights } = tinyRun(pipeline);
    const before = tf.memory().numTensors;
    const request = { pipeline: pipeline.name, built, config, weights, seed: 1 };
    const evaluation = await Effect.runPromise(evaluate(request));
    assertEquals(tf.memory().numTensors, before);
    const decoded = Effect.runSync(decodeEvaluation(encodeEvaluation(evaluation), "evaluation.json"));
    assertEquals(decoded.metrics.map(({ name }) => name), ["excess field error", "W₁", "W₂"]);
    const [first] = decoded.results;
    assertEquals([first!.method, first!.distribution, first!.metric], ["model", "in", "excess field error"]);
    assertEquals(first!.steps.map(({ step }) => step), [0, 1, 2, 3]);
    const places = pipeline.name === "gmm" ? ["in"] : ["in", "held-out letters"];
    assertEquals([...new Set(decoded.results.map(({ distribution }) => distribution))], places);
    assertEquals(decoded.generated!.length, places.length);
    const { truth, seen, steps } = decoded.generated![0]!;
    assertEquals([truth.length, seen.length, steps.map(({ step }) => step)], [280, 16, [0, 1, 2]]);
    const means = (metric: string, method: string) =>
      decoded.results.find((r) => r.metric === metric && r.method === method)!.steps.map(({ mean }) => mean);
    assert(means("W₁", "model").every((mean) => mean > means("W₁", "two true sets (floor)")[0]!));
    assertEquals(means("W₂", "kernel density").length, 2); // after 1 and K steps
    const alone = await Effect.runPromise(evaluate({ ...request, modelOnly: true }));
    assertEquals(new Set(alone.results.map(({ kind }) => kind)), new Set(["model"]));
  });
}

Deno.test("gmm and alphabets refuse what a vector field cannot be, and every preset decodes", () => {
  for (const pipeline of [gmm, alphabets] as unknown as Pipeline[]) {
    for (const preset of Object.keys(pipeline.presets)) Effect.runSync(resolveConfig(pipeline, { preset }));
    for (const set of ["regime=parametric", "implicitState=hidden", "signal=both"]) {
      assert(Effect.runSync(Effect.flip(resolveConfig(pipeline, { set: [set] }))).message.length > 0);
    }
  }
});
