import { unicodeWidth } from "@std/cli/unicode-width";
import type { EvaluatedMethod, Evaluation } from "../evaluation/evaluation_file.ts";

/** Which steps a table shows. */
export interface TableOptions {
  /** Steps as columns; 0, 1, 2, half of K, K and the last if left out. */
  readonly steps?: readonly number[];
}

/** Names of methods as people read them. */
const names: Readonly<Record<string, string>> = {
  "exact-posterior": "exact posterior (limit)",
  "point-reference": "point reference",
  ridge: "ridge, all observations so far",
  sgd: "SGD, one pass",
  adam: "Adam, one pass",
};

/** A method's name as people read it. */
export function methodName({ method }: Pick<EvaluatedMethod, "method">): string {
  return names[method] ?? method;
}

/**
 * The short table that a run ends with: a method a row, a step a column, mean ± standard error over tasks, on the
 * trained mini-batch size.
 */
export function renderTable(evaluation: Evaluation, options: TableOptions = {}): string {
  const [model] = evaluation.results;
  const [metric] = evaluation.metrics;
  if (model === undefined || metric === undefined) return "no results";
  const perStep = model.observationsPerStep;
  const shown = evaluation.results.filter((r) => r.observationsPerStep === perStep && r.metric === metric.name);
  const last = model.steps.at(-1)!.step;
  const steps = options.steps ?? defaultSteps(model.trainedSteps, last);
  const header = [
    `${metric.name} after step`,
    ...steps.map((step) => step === model.trainedSteps ? `${step} (K)` : String(step)),
    "ms/task",
  ];
  const rows = shown.map((result) => [
    methodName(result),
    ...steps.map((step) => cell(result, step)),
    (1000 * result.secondsPerTask).toPrecision(2),
  ]);
  return [...align([header, ...rows]), ...notes(evaluation, model)].join("\n");
}

function defaultSteps(trained: number, last: number): number[] {
  const wanted = [0, 1, 2, Math.ceil(trained / 2), trained, last];
  return [...new Set(wanted)].filter((step) => step <= last).sort((a, b) => a - b);
}

function cell({ steps }: EvaluatedMethod, step: number): string {
  const found = steps.find((s) => s.step === step);
  if (found === undefined) return "–";
  const { mean, standardError } = found;
  const digits = Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(mean) + 1e-12))));
  return `${mean.toFixed(digits)} ± ${standardError.toFixed(digits)}`;
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => unicodeWidth(row[column]!))));
  const pad = (text: string, column: number): string => {
    const space = " ".repeat(widths[column]! - unicodeWidth(text));
    return column === 0 ? text + space : space + text;
  };
  const lines = rows.map((row) => row.map(pad).join("  ").trimEnd());
  return [lines[0]!, "─".repeat(unicodeWidth(lines[0]!)), ...lines.slice(1)];
}

function notes({ results, metrics }: Evaluation, model: EvaluatedMethod): string[] {
  const [metric] = metrics;
  const at = (r: EvaluatedMethod): number | undefined => r.steps.find((s) => s.step === model.trainedSteps)?.mean;
  const own = at(model);
  const exact = results.find((r) =>
    r.method === "exact-posterior" && r.observationsPerStep === model.observationsPerStep
  );
  const limit = exact === undefined ? undefined : at(exact);
  const lines = [`${model.tasks} tasks never seen in training, ${model.observationsPerStep} observations a step`];
  if (own !== undefined && limit !== undefined) {
    lines.push(`after step ${model.trainedSteps}: ${(own / limit).toFixed(2)} × the exact posterior's error`);
  }
  if (own !== undefined && metric?.noiseFloor !== undefined) {
    lines.push(`without the noise floor ${metric.noiseFloor}: ${(own - metric.noiseFloor).toPrecision(3)}`);
  }
  for (const r of results.filter(({ kind }) => kind === "baseline")) {
    const passes = r.matchedAfterPasses === undefined
      ? ""
      : `; reaches the model's error after ${r.matchedAfterPasses} ${r.matchedAfterPasses === 1 ? "pass" : "passes"}`;
    if (r.setting !== undefined) lines.push(`${methodName(r)}: ${r.setting}, chosen on validation tasks${passes}`);
  }
  return lines;
}
