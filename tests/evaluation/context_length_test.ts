import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { ShapeMismatch } from "../../lib/errors/mod.ts";
import { measureContextLength, ridge, runModel, summarise } from "../../lib/evaluation/mod.ts";
import { contextLengthFigure } from "../../lib/report/mod.ts";
import { initialWeights } from "../../lib/training/mod.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";

Deno.test("measureContextLength() measures what evaluation does, on the same tasks, and leaks nothing", async () => {
  await tf.setBackend("cpu");
  const refinement = tinyRefinement({ observations: 6 });
  const built = buildFor(refinement, familyOf({ loss: "squared-error", features: 2, outputs: 1 }));
  const weights = initialWeights(built, 1);
  const sizes = { built, weights, seed: 4, tasks: 5, queries: 7 };
  const before = tf.memory().numTensors;
  const points = await Effect.runPromise(
    measureContextLength({ ...sizes, config: tinyConfig(refinement), miniBatches: 12 }),
  );
  assertEquals(tf.memory().numTensors, before);
  assertEquals(points.map(({ miniBatches }) => miniBatches), [1, 2, 3, 5, 7, 10, 12]);
  const run = await Effect.runPromise(
    runModel({ ...sizes, observations: 6, steps: 12, trainedSteps: 2, split: "evaluation", controls: true }),
  );
  assertEquals(tf.memory().numTensors, before);
  assert(run.secondsOf.averaged > run.secondsPerTask); // refinements, and the averaging
  assert(run.secondsOf.oneStep > 0 && run.secondsOf.oneStep !== run.secondsOf.ensemble);
  const model = summarise(run.model), late = summarise(run.averaged);
  const ridges = [0.1, 0.316, 1, 3.16, 10, 31.6, 100].map((penalty) =>
    summarise(ridge(run.batch, { perStep: 6, steps: 12, penalty, errorOf: "squared-error" }))
  );
  for (const { miniBatches: k, observations, last, averaged, ridge } of points) {
    assertEquals(observations, 6 * k);
    assertAlmostEquals(last.mean, model[k]!.mean, 1e-5);
    assertAlmostEquals(last.standardError, model[k]!.standardError, 1e-5);
    assertAlmostEquals(ridge.mean, Math.min(...ridges.map((steps) => steps[k]!.mean)), 1e-6);
    assertAlmostEquals(averaged.mean, late[k]!.mean, 1e-5); // one rule for both
    if (k <= refinement.steps) assertEquals(averaged, last);
    else assert(averaged.mean !== last.mean);
  }
  const figure = contextLengthFigure(points, { metric: "mean squared error", trainedSteps: 2 });
  assert(figure.startsWith("<svg") && figure.includes("late states averaged"));
});

Deno.test("measureContextLength() frees its tensors when a step fails", async () => {
  await tf.setBackend("cpu");
  const refinement = tinyRefinement({ observations: 6 });
  const built = buildFor(refinement, familyOf({ loss: "squared-error", features: 2, outputs: 1 }));
  const weights = initialWeights(built, 1);
  const failure = new ShapeMismatch({ where: "a test", expected: "", found: [], remedy: "" });
  let calls = 0;
  const masking: typeof built.stages.masking = (tokens) =>
    ++calls < 4 ? built.stages.masking(tokens) : (tf.dispose(tokens.embedded), Effect.fail(failure));
  const failing = { ...built, stages: { ...built.stages, masking } };
  const sizes = { weights, seed: 4, tasks: 5, queries: 7, config: tinyConfig(refinement), miniBatches: 12 };
  const before = tf.memory().numTensors;
  const error = await Effect.runPromise(Effect.flip(measureContextLength({ ...sizes, built: failing })));
  assertEquals([error, calls], [failure, 4]);
  assertEquals(tf.memory().numTensors, before);
});
