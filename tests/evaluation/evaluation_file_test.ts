import { assert, assertEquals } from "@std/assert";
import { Effect } from "effect";
import {
  type ComparedMethod,
  compareOnHost,
  decodeEvaluation,
  type EvaluatedStep,
  type Evaluation,
  summarise,
} from "../../lib/evaluation/mod.ts";
import { encodeEvaluation } from "../../lib/evaluation/evaluation_file.ts";
import { linearRegression } from "../../lib/tasks/mod.ts";
import { argmaxClasses } from "../_families.ts";
import { classBatch, linearBatch } from "./_batches.ts";

function evaluationOf(steps: readonly EvaluatedStep[]): Evaluation {
  return {
    schemaVersion: 1,
    pipeline: "p",
    seed: 3,
    metrics: [{ name: "mean squared error", unit: "y²", lowerIsBetter: true }],
    results: [{
      ...{ distribution: "in", method: "sgd", kind: "baseline", metric: "mean squared error", trainedSteps: 1 },
      ...{ observationsPerStep: 4, passes: 1, tasks: 9, secondsPerTask: 0.1, setting: "rate 0.1", steps },
    }],
  };
}

const step = (number: number, mean: number): EvaluatedStep => ({
  step: number,
  observations: 4 * number,
  mean,
  standardError: mean / 10,
});

Deno.test("encodeEvaluation() leaves out steps at which a method diverged, and what it wrote is read again", async () => {
  const diverged = evaluationOf([step(0, 2), step(1, 1e3), step(2, Infinity), step(3, NaN)]);
  const read = await Effect.runPromise(decodeEvaluation(encodeEvaluation(diverged), "evaluation.json"));
  assertEquals(read, evaluationOf([step(0, 2), step(1, 1e3)]));
});

const sizes = { observations: 40, queries: 16, features: 4, noise: 0.5 };
const { batch, truth } = linearBatch({ ...sizes, tasks: 60, seed: 1 });
const { batch: validation } = linearBatch({ ...sizes, tasks: 40, seed: 2 });
const family = linearRegression({ dimension: 4, noise: 0.5 });

function compare(target: number): readonly (readonly [method: string, passes: number | undefined])[] {
  const c = { family, batch, truth: { w: truth }, validation, perStep: 8, steps: 5, trainedSteps: 5, target };
  return Effect.runSync(compareOnHost(c)).map(({ method, matchedAfterPasses }) =>
    [method, matchedAfterPasses] as const
  );
}

Deno.test("compareOnHost() shows limits and baselines, and says that no number of passes reaches the unreachable", () => {
  assertEquals(compare(0.01), [
    ["exact-posterior", undefined],
    ["point-reference", undefined],
    ["ridge", undefined],
    ["sgd", undefined],
    ["adam", undefined],
  ]);
});

Deno.test("compareOnHost() gives classes logistic regression too, each method with its passes, its time and its grid", async () => {
  const of = { observations: 60, queries: 20, features: 5, classes: 3, spread: 1.5 };
  const batch = classBatch({ ...of, tasks: 40, seed: 1 }), validation = classBatch({ ...of, tasks: 40, seed: 2 });
  const c = { batch, truth: {}, validation, perStep: 20, steps: 3, trainedSteps: 2, target: 0 };
  const told: string[] = [];
  const onProgress = (what: string) => Effect.sync(() => void told.push(what));
  const rows = await Effect.runPromise(compareOnHost({ ...c, family: argmaxClasses(5, 3), onProgress }));
  assertEquals(told.slice(0, 4), [
    "ridge regression",
    "logistic regression",
    "one pass of SGD",
    "2 passes of SGD, to reach the model",
  ]);
  assertEquals(rows.map(({ method }) => method), ["ridge", "logistic", "sgd", "adam"]);
  const [ridge, logistic] = rows as [ComparedMethod, ComparedMethod];
  assert(logistic.passes! > 1 && ridge.passes === undefined);
  for (const { method, setting, errors, secondsPerTask } of rows) {
    assert(!setting!.includes("edge"), `${method}: ${setting}`);
    assertEquals([errors.tasks, errors.errors.length], [40, 40 * 4]);
    assert(secondsPerTask > 0);
    const means = summarise(errors).map(({ mean }) => mean);
    assert(means[3]! < means[0]! - 20, `${method}: ${means}`);
  }
});

Deno.test("compareOnHost() gives others a turn while it works", async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const c = { family, batch, truth: { w: truth }, validation, perStep: 8, steps: 5, trainedSteps: 5, target: 0.3 };
  await Effect.runPromise(compareOnHost(c));
  clearInterval(counting);
  assert(turns > 10, `${turns} turns`);
});

Deno.test("compareOnHost() finds one pass enough where anything would do, and Adam slower than SGD where not", () => {
  assertEquals(compare(1e3).slice(3), [["sgd", 1], ["adam", 1]]);
  const [[, sgd], [, adam]] = compare(0.45).slice(3) as [[string, number], [string, number]];
  assertEquals(sgd < adam, true, `sgd ${sgd}, adam ${adam}`);
});
