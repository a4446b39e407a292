import type { EvaluatedMethod, Evaluation } from "../evaluation/evaluation_file.ts";
import type { Json, JsonObject } from "../training/pipeline.ts";
import { lastTrainedStep, methodName, millisecondsCell, stepCell, stepsShown } from "./_cells.ts";
import { htmlTable } from "./_html.ts";
import { methodRows, ratioCell } from "./_method_rows.ts";
import type { RunRecord } from "./run_record.ts";

/** A method a row, on one mini-batch size: errors after some steps, the ratio to the limit, and what is above noise. */
export function resultsTable(evaluation: Evaluation): string {
  const [model] = evaluation.results;
  const steps = stepsOf(model!);
  const { heads, rows } = methodRows(evaluation, steps, { floor: true });
  return htmlTable(["method", ...steps.map((step) => stepName(step, model!)), ...heads], rows);
}

/** The same at other mini-batch sizes; empty if there are none. */
export function otherSizesTable(evaluation: Evaluation): string {
  const [model] = evaluation.results;
  const rows = evaluation.results.filter((r) =>
    r.metric === model!.metric && r.observationsPerStep !== model!.observationsPerStep
  );
  if (rows.length === 0) return "";
  const steps = stepsOf(model!);
  return htmlTable(
    ["method", "N", ...steps.map((step) => stepName(step, model!)), "÷ exact at K"],
    rows.map((result) => [
      methodName(result),
      String(result.observationsPerStep),
      ...steps.map((step) => stepCell(result, step)),
      ratioCell(evaluation, result),
    ]),
  );
}

/** What was chosen for each baseline, and how many passes bring it to the model's error. */
export function settingsTable({ results }: Evaluation): string {
  const rows = results.filter(({ setting }) => setting !== undefined);
  if (rows.length === 0) return "";
  return htmlTable(
    ["baseline", "chosen on validation tasks", "passes to reach the model"],
    rows.map((r) => [methodName(r), r.setting!, passesCell(r)]),
    1,
  );
}

/** Several runs' models side by side. */
export function runsTable(runs: readonly RunRecord[]): string {
  const rows = runs.flatMap((run) => {
    const { evaluation, metrics, name } = run;
    const model = evaluation?.results[0];
    if (evaluation === undefined || model === undefined) return [];
    return [[
      name,
      model.metric,
      String(model.trainedSteps),
      String(model.observationsPerStep),
      stepCell(model, 1),
      stepCell(model, lastTrainedStep(model)),
      stepCell(model, model.steps.at(-1)!.step),
      ratioCell(evaluation, model),
      String(metrics.at(-1)?.iteration ?? "–"),
      millisecondsCell(model),
    ]];
  });
  return htmlTable(
    ["run", "metric", "K", "N", "step 1", "step K", "last step", "÷ exact at K", "iterations", "ms/task"],
    rows,
    1,
  );
}

/** Settings in which runs differ, a path a row; empty if there are none. */
export function differencesTable(runs: readonly RunRecord[]): string {
  const flat = runs.map(({ config }) => new Map(leaves(config)));
  const paths = [...new Set(flat.flatMap((map) => [...map.keys()]))];
  const rows = paths.map((path) => [path, ...flat.map((map) => map.get(path) ?? "–")])
    .filter(([, ...values]) => new Set(values).size > 1);
  return rows.length === 0 ? "" : htmlTable(["setting", ...runs.map(({ name }) => name)], rows, runs.length);
}

/** Starts of a run, one a row, a column for each field that any has. */
export function sessionsTable(sessions: readonly JsonObject[]): string {
  const fields = [...new Set(sessions.flatMap(Object.keys))];
  return htmlTable(fields, sessions.map((s) => fields.map((field) => valueText(s[field]))), fields.length - 1);
}

/** A JSON value as a person reads it. */
export function valueText(value: Json | undefined): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function* leaves(of: JsonObject, prefix = ""): Generator<[path: string, value: string]> {
  for (const [name, value] of Object.entries(of)) {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      yield* leaves(value as JsonObject, `${prefix}${name}.`);
    } else yield [`${prefix}${name}`, valueText(value)];
  }
}

/** 0, 1, 2, K and the last step. */
function stepsOf({ trainedSteps, steps }: EvaluatedMethod): number[] {
  return stepsShown([0, 1, 2, trainedSteps], steps.at(-1)!.step);
}

function stepName(step: number, { trainedSteps }: EvaluatedMethod): string {
  return step === trainedSteps ? `step ${step} = K` : `step ${step}`;
}

/** Ridge and logistic regression are solved for good, and a density is made once: passes mean nothing there. */
function passesCell({ method, matchedAfterPasses, triedPasses = 200 }: EvaluatedMethod): string {
  if (["ridge", "logistic", "kernel density"].includes(method)) return "–";
  return matchedAfterPasses === undefined ? `not within ${triedPasses}` : String(matchedAfterPasses);
}
