import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import type { Evaluation } from "../../lib/evaluation/mod.ts";
import { renderComparison, renderComparisonPage } from "../../lib/report/mod.ts";
import { decodeConfig, type JsonObject, mergeSettings } from "../../lib/training/mod.ts";
import { ablations } from "../../pipelines/ablations/ablations.ts";
import { ablationFigures, collectAblation } from "../../pipelines/ablations/collect.ts";
import type { AblationDefinition } from "../../pipelines/ablations/definition.ts";
import { findPipeline } from "../../pipelines/cli/_find_pipeline.ts";
import { tableSizes, type TableTraining } from "../../pipelines/tables/definition.ts";

async function decoded({ pipeline: name, method, settings }: TableTraining): Promise<JsonObject> {
  const { pipeline } = await Effect.runPromise(findPipeline(name));
  const below = method === undefined ? {} : pipeline.methods![method]!;
  return await Effect.runPromise(decodeConfig(pipeline, mergeSettings(below, settings))) as unknown as JsonObject;
}

const all = Object.values(ablations).flatMap((make) => tableSizes.map(make));

Deno.test("every ablation's settings decode at every size, into trainings that differ", async () => {
  for (const { rows, labels } of all) {
    const configs = [];
    for (const { training, label } of rows) {
      assertEquals(Object.keys(label), labels);
      configs.push(JSON.stringify([training.pipeline, await decoded(training)]));
    }
    assertEquals(new Set(configs).size, rows.length);
    assertEquals(new Set(rows.map(({ training }) => training.name)).size, rows.length);
    assert(rows.every(({ training }) => /^[a-z0-9.+-]+$/.test(training.name)));
  }
});

Deno.test("an ablation's trainings of one panel differ in what it ablates and in nothing else", async () => {
  const ablated: Readonly<Record<string, readonly string[]>> = {
    "history": ["history"],
    "implicit-state": ["implicitState"],
    "masking": ["mask", "steps", "signal"], // a mean gradient under one mask is a prefix mean under the other
    "residual": ["signal"],
    "decoders": ["decoder", "gradientStep"],
  };
  for (const [name, paths] of Object.entries(ablated)) {
    for (const size of tableSizes) {
      const { rows } = ablations[name]!(size);
      for (const panel of new Set(rows.map((row) => row.panel))) {
        const configs: JsonObject[] = [];
        for (const row of rows) if (row.panel === panel) configs.push(await decoded(row.training));
        const names = Object.keys(configs[0]!);
        const differing = names.filter((field) => new Set(configs.map((c) => JSON.stringify(c[field]))).size > 1);
        assert(differing.length > 0 && differing.every((field) => paths.includes(field)), `${panel}: ${differing}`);
      }
    }
  }
});

function evaluation(mean: number, withExact: boolean): Evaluation {
  const row = (method: string, kind: "model" | "limit", mean: number) => ({
    ...{ distribution: "in", method, kind, metric: "mean squared error", trainedSteps: 5, observationsPerStep: 16 },
    ...{ passes: 1, tasks: 8, secondsPerTask: 0.001 },
    steps: [0, 1, 2, 5, 10].map((step) => ({
      ...{ step, observations: 16 * step, mean: mean / (1 + step), standardError: 0.01 },
    })),
  });
  return {
    ...{ schemaVersion: 1, pipeline: "linear-regression", seed: 0 },
    metrics: [{ name: "mean squared error", unit: "y²", lowerIsBetter: true }],
    results: [row("model", "model", mean), ...withExact ? [row("exact-posterior", "limit", 1.2)] : []],
  };
}

Deno.test("collectAblation() and ablationFigures() show what is measured, and dashes for the rest", () => {
  const ablation: AblationDefinition = ablations["history"]!("quick");
  const done = new Map([["data+residual-m0", evaluation(6, true)], ["data+residual-m2", evaluation(3, false)]]);
  const table = collectAblation(ablation, "runs/x", done);
  assertEquals(table.columns, ["step 1", "step 2", "step 5", "step 10"]);
  assertEquals(table.rows.map(({ cells }) => cells[2]?.mean ?? null), [
    ...[1, null, 0.5, null, null, null, null, null],
    1.2 / 6,
  ]);
  assertEquals(table.rows.at(-1)!.label, ["exact posterior (limit)", ""]);
  const figures = ablationFigures(ablation, done);
  assertEquals(figures.length, 2); // one panel measured, and the error against m
  assertStringIncludes(figures[0]!.svg, "m = 2");
  assertStringIncludes(figures[0]!.svg, "exact posterior");
  assertStringIncludes(figures[1]!.caption, "against m");
  assert(!renderComparison(table).includes("published"));
  assertEquals(renderComparisonPage(table, figures).match(/<svg/g)?.length, 2);
});
