import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { type JsonObject, keyFor, loadRun, type Pipeline, runFormat, type RunIdentity } from "../../mod.ts";
import { decodeConfig, initialWeights } from "../../lib/training/mod.ts";
import { imageTable } from "../../lib/tasks/mod.ts";
import type { TaskFamily } from "../../lib/stages/mod.ts";
import linearRegression from "../../pipelines/linear_regression.ts";
import { type LoadedRun, loadedRun } from "../../pipelines/loaded_run.ts";
import { argmaxClasses } from "../_families.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";

/** A trained run: d = 2, N = 8, σ = 0.1. */
export const trainedPath = "fixtures/runs/regression_2d/best.safetensors";

/** What untrained runs of tests differ in. */
export type Kind = "trained" | "implicit" | "classes";

/** A run of each kind; the last two are not trained, which refines all the same. */
export async function runOf(kind: Kind): Promise<LoadedRun> {
  if (kind === "trained") return await loadRun(trainedPath);
  (await loadRun(trainedPath)).dispose(); // opens the device
  if (kind === "classes") return classesRun();
  const config: JsonObject = {
    regime: "implicit",
    signal: "data",
    observations: 4,
    task: { dimension: 2 },
    model: { width: 8, layers: 1, heads: 2, feedForward: 8 },
  };
  const pipeline = linearRegression as unknown as Pipeline;
  const decoded = Effect.runSync(decodeConfig(pipeline, config));
  const built = pipeline.build(decoded);
  return loadedRun({
    identity: identityOf(kind, config),
    config: decoded,
    built,
    weights: lively(initialWeights(built, 3)),
  });
}

/** Two columns projected to three features, at most three classes. */
function classesRun(): LoadedRun {
  const fromTable = { ...imageTable({ pixels: 2, dimension: 3, classes: 3 }), scalerRows: 10 };
  const family = { ...argmaxClasses(3, 3), fromTable } as TaskFamily;
  const refinement = tinyRefinement({ observations: 4 });
  const built = buildFor(refinement, family);
  const config = tinyConfig(refinement);
  return loadedRun({ identity: identityOf("classes", {}), config, built, weights: lively(initialWeights(built, 3)) });
}

function identityOf(pipeline: string, config: JsonObject): RunIdentity {
  return { format: runFormat, pipeline, module: pipeline, preset: "quick", seed: keyFor(3, "", 0).seed, config };
}

/** Initial weights barely refine: these do. */
function lively(weights: LoadedRun["weights"]): LoadedRun["weights"] {
  return Object.fromEntries(
    Object.entries(weights).map((
      [name, value],
    ) => [name, name.startsWith("decoder") ? tf.add(tf.mul(value, 30), 0.01) : value]),
  );
}
