import { unicodeWidth } from "@std/cli/unicode-width";
import type { EvaluatedMethod, EvaluatedStep, Evaluation } from "../evaluation/evaluation_file.ts";

/** Names of methods as people read them. */
const names: Readonly<Record<string, string>> = {
  "exact-posterior": "exact posterior (limit)",
  "point-reference": "point reference",
  ridge: "ridge, all observations so far",
  logistic: "logistic regression, all observations so far",
  sgd: "SGD, one pass",
  adam: "Adam, one pass",
};

/** A method's name as people read it, such as "SGD, one pass" for `sgd`; its own where there is no better one. */
export function methodName({ method }: Pick<EvaluatedMethod, "method">): string {
  return names[method] ?? method;
}

/** A method's error after a step; `undefined` where it was not measured or diverged. */
export function stepAt({ steps }: EvaluatedMethod, step: number): EvaluatedStep | undefined {
  return steps.find((s) => s.step === step);
}

/** The step that a result is told at: K, or the last one that was measured where that is less. */
export function lastTrainedStep({ trainedSteps, steps }: EvaluatedMethod): number {
  return Math.min(trainedSteps, steps.at(-1)?.step ?? 0);
}

/** Mean ± standard error: three digits of the mean, the error to the same decimals; a dash where there is none. */
export function stepCell(result: EvaluatedMethod, step: number): string {
  const found = stepAt(result, step);
  return found === undefined ? "–" : numberCell(found);
}

/** Mean ± standard error with three digits of the mean. */
export function numberCell({ mean, standardError }: Pick<EvaluatedStep, "mean" | "standardError">): string {
  if (Math.abs(mean) >= 1e6 || (mean !== 0 && Math.abs(mean) < 1e-3)) {
    return `${mean.toPrecision(3)} ± ${standardError.toPrecision(1)}`;
  }
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(mean) + 1e-12)));
  return `${mean.toFixed(digits)} ± ${standardError.toFixed(digits)}`;
}

/** The results on one mini-batch size and one metric, those of the first result if left out. */
export function resultsAt({ results }: Evaluation, perStep = results[0]?.observationsPerStep): EvaluatedMethod[] {
  return results.filter((r) => r.observationsPerStep === perStep && r.metric === results[0]?.metric);
}

/** The method's error at its {@linkcode lastTrainedStep} over the exact posterior's on the same observations. */
export function ratioToExact(evaluation: Evaluation, result: EvaluatedMethod): number | undefined {
  const exact = resultsAt(evaluation, result.observationsPerStep).find(({ method }) => method === "exact-posterior");
  const step = lastTrainedStep(result);
  const own = stepAt(result, step)?.mean;
  const limit = exact === undefined ? undefined : stepAt(exact, step)?.mean;
  return own === undefined || limit === undefined ? undefined : own / limit;
}

/** Steps that a table shows: those wanted that were run, and the last, ascending. */
export function stepsShown(wanted: readonly number[], last: number): number[] {
  return [...new Set([...wanted, last])].filter((step) => step <= last).sort((a, b) => a - b);
}

/** Milliseconds per task. */
export function millisecondsCell({ secondsPerTask }: EvaluatedMethod): string {
  return String(Number((1000 * secondsPerTask).toPrecision(2)));
}

/** Rows as lines of text with columns of equal width and a rule under the head; texts to the left, numbers to the right. */
export function align(rows: readonly (readonly string[])[], texts = 1): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => unicodeWidth(row[column]!))));
  const pad = (text: string, column: number): string => {
    const space = " ".repeat(widths[column]! - unicodeWidth(text));
    return column < texts ? text + space : space + text;
  };
  const lines = rows.map((row) => row.map(pad).join("  ").trimEnd());
  return [lines[0]!, "─".repeat(unicodeWidth(lines[0]!)), ...lines.slice(1)];
}

/** The part of the first metric that no method can remove, to three digits, as it is shown. */
export function noiseFloorOf({ metrics: [metric] }: Evaluation): number | undefined {
  return metric?.noiseFloor === undefined ? undefined : Number(metric.noiseFloor.toPrecision(3));
}
