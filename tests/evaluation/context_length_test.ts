import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
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
    runModel({ ...sizes, observations: 6, steps: 12, split: "evaluation", controls: false }),
  );
  const model = summarise(run.model);
  const ridges = [0.1, 0.316, 1, 3.16, 10, 31.6, 100].map((penalty) =>
    summarise(ridge(run.batch, { perStep: 6, steps: 12, penalty, errorOf: "squared-error" }))
  );
  for (const { miniBatches: k, observations, last, averaged, ridge } of points) {
    assertEquals(observations, 6 * k);
    assertAlmostEquals(last.mean, model[k]!.mean, 1e-5);
    assertAlmostEquals(last.standardError, model[k]!.standardError, 1e-5);
    assertAlmostEquals(ridge.mean, Math.min(...ridges.map((steps) => steps[k]!.mean)), 1e-6);
    if (k <= refinement.steps) assertEquals(averaged, last);
    else assert(averaged.mean !== last.mean);
  }
  const figure = contextLengthFigure(points, { metric: "mean squared error", trainedSteps: 2 });
  assert(figure.startsWith("<svg") && figure.includes("late states averaged"));
});
