import type { EvaluatedMethod, Evaluation } from "../evaluation/evaluation_file.ts";
import { methodName, resultsAt } from "./_cells.ts";
import { type Line, lineChart, type Point } from "./_figure.ts";
import { colorOf, type Hue, seriesColor } from "./_palette.ts";
import type { RunRecord } from "./run_record.ts";

const looks: Readonly<Record<string, { readonly hue: Hue; readonly dash?: string }>> = {
  model: { hue: "blue" },
  "model, late states averaged": { hue: "cyan" },
  "exact-posterior": { hue: "grey", dash: "6 4" },
  "point-reference": { hue: "grey", dash: "2 3" },
  ridge: { hue: "green" },
  logistic: { hue: "green", dash: "8 3" },
  sgd: { hue: "orange" },
  adam: { hue: "pink" },
  "one step on all observations": { hue: "purple" },
  "mean of one-step predictions": { hue: "olive" },
  "kernel density": { hue: "green" },
  "Gaussian fit": { hue: "orange" },
};

/** Standard errors on either side of a line that its band covers. */
export const bandErrors = 2;

/** A method's errors as points with a band of two standard errors. */
export function pointsOf({ steps }: EvaluatedMethod): Point[] {
  return steps.map(({ step, mean, standardError }) => ({ x: step, y: mean, spread: bandErrors * standardError }));
}

/** Errors that a frame around a model's line shows: to ten times its largest, down to a thousandth of its smallest. */
export function frameOf(...models: readonly EvaluatedMethod[]): readonly [low: number, high: number] {
  const means = models.flatMap(({ steps }) => steps.map(({ mean }) => mean)).filter((mean) => mean > 0);
  return means.length === 0 ? [0, Infinity] : [Math.min(...means) / 1000, 10 * Math.max(...means)];
}

function metricLabel({ metrics: [metric] }: Evaluation): string {
  return metric === undefined ? "error" : metric.unit === "%" ? `${metric.name} (%)` : metric.name;
}

/** Error after each step: the model against limits, baselines and controls on the same observations. */
export function errorPerStepFigure(evaluation: Evaluation, options: { readonly width?: number } = {}): string {
  const [model] = evaluation.results;
  const lines = resultsAt(evaluation).map((result): Line => {
    const { hue, dash } = looks[result.method] ?? { hue: "grey" as const };
    return {
      name: methodName(result),
      points: pointsOf(result),
      color: colorOf(hue),
      width: result === model ? 2.6 : 1.5,
      dots: result === model,
      ...(dash === undefined ? {} : { dash }),
    };
  });
  // The limits are drawn over methods that come close to them, the model over all.
  const order = (line: Line): number => line === lines[0] ? 2 : line.dash === undefined ? 0 : 1;
  return lineChart([...lines].sort((a, b) => order(a) - order(b)), {
    x: "refinement step",
    y: metricLabel(evaluation),
    height: 400,
    logarithmic: true,
    within: frameOf(model!),
    ticksX: stepTicks(model!),
    marks: [{ x: model!.trainedSteps, text: `trained for K = ${model!.trainedSteps}` }],
    marginRight: 230,
    ...options,
  });
}

/** The models of several evaluations of one metric, and the first one's exact posterior. */
export function errorOfRunsFigure(runs: readonly RunRecord[]): string {
  const evaluated = runs.flatMap(({ name, evaluation }, i) =>
    evaluation === undefined ? [] : [{ name, evaluation, i }]
  );
  const { evaluation: first } = evaluated[0]!;
  const exact = resultsAt(first).find(({ method }) => method === "exact-posterior");
  const models = evaluated.map(({ evaluation }) => evaluation.results[0]!);
  const longest = models.reduce((a, b) => b.steps.length > a.steps.length ? b : a);
  return lineChart([
    ...(exact === undefined
      ? []
      : [{ name: methodName(exact), points: pointsOf(exact), color: colorOf("grey"), dash: "6 4" }]),
    ...evaluated.map(({ name, evaluation, i }): Line => ({
      name,
      points: pointsOf(evaluation.results[0]!),
      color: seriesColor(i),
      width: 2,
      dots: true,
    })),
  ], {
    x: "refinement step",
    y: metricLabel(first),
    logarithmic: true,
    within: frameOf(...models),
    ticksX: stepTicks(longest),
    marginRight: 230,
  });
}

/** The model and its limit at other mini-batch sizes; nothing if only one was measured. */
export function otherSizesFigure(evaluation: Evaluation): string | undefined {
  const [first] = evaluation.results;
  const sizes = [
    ...new Set(evaluation.results.filter((r) => r.metric === first!.metric).map((r) => r.observationsPerStep)),
  ]
    .sort((a, b) => a - b);
  if (sizes.length < 2) return undefined;
  const lines = sizes.flatMap((size, i): Line[] => {
    const color = seriesColor(i);
    return resultsAt(evaluation, size).flatMap((result): Line[] => {
      const points = pointsOf(result).slice(1);
      if (result.method === "model") return [{ name: `N = ${size}`, points, color, width: 2, dots: true }];
      if (result.method === "exact-posterior") return [{ name: "", points, color, dash: "6 4", labelled: false }];
      return [];
    });
  });
  return lineChart(lines, {
    x: "refinement step",
    y: metricLabel(evaluation),
    logarithmic: true,
    height: 320,
    within: frameOf(...evaluation.results.filter(({ method }) => method === "model")),
    ticksX: stepTicks(first!).filter((step) => step > 0),
    marks: [{ x: first!.trainedSteps, text: `K = ${first!.trainedSteps}` }],
    marginRight: 90,
  });
}

/** Every step up to 20, else about ten. */
export function stepTicks({ steps }: EvaluatedMethod): number[] {
  const every = steps.length <= 21 ? 1 : Math.ceil(steps.length / 10);
  return steps.map(({ step }) => step).filter((step) => step % every === 0);
}
