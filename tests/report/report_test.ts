import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { InvalidConfiguration } from "../../lib/errors/mod.ts";
import { decodeEvaluation, type EvaluatedMethod, type Evaluation } from "../../lib/evaluation/mod.ts";
import { headline, renderReport, renderTable, type RunRecord } from "../../lib/report/mod.ts";

function method(name: string, kind: EvaluatedMethod["kind"], means: readonly number[], perStep = 16): EvaluatedMethod {
  return {
    distribution: "in",
    method: name,
    kind,
    metric: "mean squared error",
    trainedSteps: 2,
    observationsPerStep: perStep,
    passes: 1,
    tasks: 100,
    secondsPerTask: 0.002,
    steps: means.map((mean, step) => ({ step, observations: step * perStep, mean, standardError: mean / 50 })),
  };
}

const evaluation: Evaluation = {
  schemaVersion: 1,
  pipeline: "linear-regression",
  seed: 0,
  metrics: [{ name: "mean squared error", unit: "y²", lowerIsBetter: true, noiseFloor: 0.25 }],
  results: [
    method("model", "model", [8, 1.2, 0.6, 0.5]),
    method("exact-posterior", "limit", [8, 0.5, 0.3, 0.28]),
    { ...method("sgd", "baseline", [8, 3, 2, 1]), setting: "rate 0.2 of 0.1, 0.2, 0.4", matchedAfterPasses: 5 },
    method("adam", "baseline", [8, 5, 4, 3]),
    method("model", "model", [8, 2, 1, 0.8], 8),
  ],
};

const run: RunRecord = {
  name: "<b>a run</b>",
  config: { pipeline: "linear-regression", preset: "quick", seed: 0 },
  sessions: [{ description: "wasm", deno: "2.9.6", blas: null, workers: 2 }],
  metrics: [10, 20, 30].map((iteration) => ({
    iteration,
    loss: 1 / iteration,
    lossPerStep: [2 / iteration, 1 / iteration],
    learningRate: 1e-3,
    gradientNorm: 1,
    tasksPerSecond: 100,
    elapsedSeconds: iteration,
    ...(iteration === 20 ? { validation: 0.4 } : {}),
  })),
  evaluation,
};

Deno.test("headline() and renderTable() tell of the last step measured where that is before K", () => {
  const cut = evaluation.results.map((result) => ({ ...result, steps: result.steps.slice(0, 2) }));
  const early = { ...evaluation, results: cut };
  assertStringIncludes(headline(early), "After 1 refinement the model's mean squared error is 1.20 ± 0.02");
  assertStringIncludes(headline(early), "2.40 × the exact posterior's 0.500");
  assertStringIncludes(renderTable(early), "after step 1: 2.40 × the exact posterior's error");
});

Deno.test("renderTable() says what a row's note says", () => {
  const noted = { ...method("one step on all observations", "control", [8, 1]), note: "measured to 16 observations" };
  assertStringIncludes(
    renderTable({ ...evaluation, results: [...evaluation.results, noted] }),
    "one step on all observations: measured to 16 observations",
  );
});

Deno.test("renderTable() shows a method a row and a step a column, aligned, and what was chosen", () => {
  const lines = renderTable(evaluation).split("\n");
  assertStringIncludes(lines[0]!, "2 (K)");
  assert(lines[2]!.startsWith("model") && lines[2]!.includes("0.600 ± 0.012"));
  assertEquals(new Set(lines.slice(0, 2).map((line) => line.length)).size, 1);
  assertEquals(lines.filter((line) => line.startsWith("model")).length, 1); // not the other mini-batch size
  assertStringIncludes(lines.join("\n"), "2.00 × the exact posterior's error");
  assertStringIncludes(lines.join("\n"), "reaches the model's error after 5 passes");
});

Deno.test("headline() is computed from the numbers", () => {
  assertStringIncludes(headline(evaluation), "0.600");
  assertStringIncludes(headline(evaluation), "2.00 × the exact posterior's 0.300");
});

Deno.test("renderReport() needs nothing from outside and escapes what people named", () => {
  for (const page of [renderReport([run]), renderReport([run, { ...run, name: "second" }])]) {
    assertStringIncludes(page, "<svg");
    assertStringIncludes(page, "&lt;b&gt;a run&lt;/b&gt;");
    assert(!page.includes("<b>a run"));
    assert(!/<script|<link|@import|url\(|src=/.test(page));
    assert(!/NaN|undefined|Infinity/.test(page.replaceAll(/<style>.*?<\/style>/gs, "")));
  }
});

Deno.test("renderReport() shows a run that was not evaluated yet", () => {
  const { evaluation: _none, ...training } = run;
  assertStringIncludes(renderReport([training]), "<svg");
});

Deno.test("decodeEvaluation() reads what it wrote, and refuses an unknown field", async () => {
  const read = await Effect.runPromise(decodeEvaluation(JSON.stringify(evaluation), "evaluation.json"));
  assertEquals(read, evaluation);
  const wrong = JSON.stringify({ ...evaluation, resluts: [] });
  await assertRejects(() => Effect.runPromise(decodeEvaluation(wrong, "evaluation.json")), InvalidConfiguration);
});
