import type { Evaluation } from "../evaluation/evaluation_file.ts";

/** The evaluation once for each of its metrics, with that metric's rows alone; the model is the first of them. */
export function perMetric(evaluation: Evaluation): readonly Evaluation[] {
  return evaluation.metrics.map((metric) => ({
    ...evaluation,
    metrics: [metric],
    results: evaluation.results.filter((result) => result.metric === metric.name),
  })).filter(({ results }) => results.length > 0);
}
