import type { EvaluatedMethod, Evaluation } from "../evaluation/evaluation_file.ts";
import { distributionsOf, inDistribution, onDistribution } from "./_distributions.ts";
import { align, lastTrainedStep, methodName, noiseFloorOf, ratioToExact, stepAt, stepsShown } from "./_cells.ts";
import { methodRows } from "./_method_rows.ts";
import { perMetric } from "./_metrics.ts";

/** Which steps a table shows. */
export interface TableOptions {
  /** Steps as columns; 0, 1, 2, half of K, K and the last if left out. */
  readonly steps?: readonly number[];
}

/**
 * The short table that a run ends with: a method a row, a step a column, mean ± standard error over tasks, on the
 * trained mini-batch size. Each distribution has a table of its own, and in it each metric.
 */
export function renderTable(evaluation: Evaluation, options: TableOptions = {}): string {
  if (evaluation.results.length === 0) return "no results";
  return distributionsOf(evaluation).map((distribution) => {
    const table = perMetric(onDistribution(evaluation, distribution)).map((one) => tableOf(one, options)).join("\n");
    return distribution === inDistribution ? table : `\ntasks of ${distribution}\n${table}`;
  }).join("\n");
}

function tableOf(evaluation: Evaluation, options: TableOptions): string {
  const [model] = evaluation.results, [metric] = evaluation.metrics;
  if (model === undefined || metric === undefined) return "no results";
  const K = model.trainedSteps;
  const steps = options.steps ?? stepsShown([0, 1, 2, Math.ceil(K / 2), K], model.steps.at(-1)!.step);
  const unit = metric.unit === "%" ? " (%)" : "";
  const { shown, heads, rows } = methodRows(evaluation, steps, { floor: false });
  const header = [
    `${metric.name}${unit} after step`,
    ...steps.map((step) => step === model.trainedSteps ? `${step} (K)` : String(step)),
    ...heads,
  ];
  return [...align([header, ...rows]), ...notes(evaluation, model, shown)].join("\n");
}

function notes(evaluation: Evaluation, model: EvaluatedMethod, shown: readonly EvaluatedMethod[]): string[] {
  const floor = noiseFloorOf(evaluation);
  const last = lastTrainedStep(model), own = stepAt(model, last)?.mean;
  const ratio = ratioToExact(evaluation, model);
  const lines = [`${model.tasks} tasks never seen in training, ${model.observationsPerStep} observations a step`];
  if (ratio !== undefined) {
    lines.push(`after step ${last}: ${ratio.toFixed(2)} × the exact posterior's error`);
  }
  if (own !== undefined && floor !== undefined) {
    lines.push(`without the noise floor ${floor}: ${(own - floor).toPrecision(3)}`);
  }
  for (const r of shown.filter(({ kind, setting }) => kind === "baseline" && setting !== undefined)) {
    const passes = r.matchedAfterPasses;
    const reached = passes === undefined
      ? ""
      : `; reaches the model's error after ${passes} ${passes === 1 ? "pass" : "passes"}`;
    lines.push(`${methodName(r)}: ${r.setting}, chosen on validation tasks${reached}`);
  }
  for (const r of shown.filter(({ note }) => note !== undefined)) lines.push(`${methodName(r)}: ${r.note}`);
  return lines;
}
