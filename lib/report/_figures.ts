import type { EvaluatedMethod, Evaluation } from "../evaluation/evaluation_file.ts";
import { type Line, lineChart, palette, type Point } from "./_figure.ts";
import { htmlFigure } from "./_html.ts";
import { methodName } from "./render_table.ts";
import type { RunRecord } from "./run_record.ts";

const colors: Readonly<Record<string, string>> = {
  model: palette.model,
  "model, late states averaged": palette.modelSoft,
  "exact-posterior": palette.limit,
  "point-reference": palette.limit,
  ridge: palette.ridge,
  sgd: palette.sgd,
  adam: palette.adam,
  "one step on all observations": palette.control,
  "mean of one-step predictions": palette.controlSoft,
};

function pointsOf({ steps }: EvaluatedMethod): Point[] {
  return steps.map(({ step, mean, standardError }) => ({ x: step, y: mean, spread: 2 * standardError }));
}

/** Error after each step: the model against limits, baselines and controls on the same observations. */
export function errorPerStepFigure(evaluation: Evaluation, options: { readonly width?: number } = {}): string {
  const [model] = evaluation.results;
  const same = evaluation.results.filter((r) => r.observationsPerStep === model!.observationsPerStep);
  const lines = same.map((result): Line => ({
    name: methodName(result),
    points: pointsOf(result),
    color: colors[result.method] ?? palette.limit,
    width: result === model ? 2.6 : 1.4,
    dashed: result.kind === "limit",
    dots: result === model,
  }));
  return lineChart([...lines.slice(1), lines[0]!], {
    x: "refinement step",
    y: evaluation.metrics[0]!.name,
    logarithmic: true,
    ticksX: model!.steps.map(({ step }) => step),
    marks: [{ x: model!.trainedSteps, text: "trained steps K" }],
    marginRight: 210,
    ...options,
  });
}

/** The same for several runs: each run's model, and the first run's limit. */
export function errorOfRunsFigure(runs: readonly RunRecord[]): string {
  const evaluated = runs.flatMap(({ name, evaluation }) => evaluation === undefined ? [] : [{ name, evaluation }]);
  const limit = evaluated[0]?.evaluation.results.find(({ kind }) => kind === "limit");
  const lines = evaluated.map(({ name, evaluation }, i): Line => ({
    name,
    points: pointsOf(evaluation.results[0]!),
    color: palette.series[i % palette.series.length]!,
    width: 2,
    dots: true,
  }));
  const first = evaluated[0]!.evaluation;
  return lineChart([
    ...(limit === undefined
      ? []
      : [{ name: methodName(limit), points: pointsOf(limit), color: palette.limit, dashed: true }]),
    ...lines,
  ], { x: "refinement step", y: first.metrics[0]!.name, logarithmic: true, marginRight: 230 });
}

/** The model and its limit at other mini-batch sizes; nothing if only one was measured. */
export function otherObservationsFigure(evaluation: Evaluation): string | undefined {
  const sizes = [...new Set(evaluation.results.map((r) => r.observationsPerStep))].sort((a, b) => a - b);
  if (sizes.length < 2) return undefined;
  const lines = sizes.flatMap((size, i) => {
    const at = (method: string) =>
      evaluation.results.find((r) => r.observationsPerStep === size && r.method === method);
    const color = palette.series[i % palette.series.length]!;
    const model = at("model"), limit = at("exact-posterior");
    const line = (result: EvaluatedMethod, dashed: boolean): Line => ({
      name: `N = ${size}`,
      points: pointsOf(result).slice(1),
      color,
      dashed,
      dots: !dashed,
      labelled: !dashed,
    });
    return [...(model ? [line(model, false)] : []), ...(limit ? [line(limit, true)] : [])];
  });
  const { trainedSteps } = evaluation.results[0]!;
  const svg = lineChart(lines, {
    x: "refinement step",
    y: evaluation.metrics[0]!.name,
    logarithmic: true,
    height: 300,
    marks: [{ x: trainedSteps, text: "K" }],
    marginRight: 80,
  });
  return htmlFigure(
    svg,
    "Error per step for several mini-batch sizes",
    "Mini-batches of other sizes N than trained with. Solid: the model; dashed: the exact posterior on the same observations.",
  );
}

/** Loss curves of a run: each refinement step by itself, and the validation error. */
export function lossFigure({ metrics }: RunRecord): string {
  const steps = metrics[0]?.lossPerStep.length ?? 0;
  const lines = Array.from({ length: steps }, (_, k): Line => ({
    name: `step ${k + 1}`,
    points: smoothed(metrics.map(({ iteration, lossPerStep }) => ({ x: iteration, y: lossPerStep[k]! }))),
    color: palette.series[k % palette.series.length]!,
    labelled: steps <= 10 || k === 0 || k === steps - 1,
  }));
  const validation: Line = {
    name: "validation, step K",
    points: metrics.filter((line) => line.validation !== undefined).map((line) => ({
      x: line.iteration,
      y: line.validation!,
    })),
    color: palette.limit,
    dots: true,
  };
  return lineChart([...lines, validation], {
    x: "iteration",
    y: "loss",
    logarithmic: true,
    marginRight: 140,
  });
}

/** Total loss of several runs over iterations. */
export function lossOfRunsFigure(runs: readonly RunRecord[]): string {
  const lines = runs.map(({ name, metrics }, i): Line => ({
    name,
    points: smoothed(metrics.map(({ iteration, loss }) => ({ x: iteration, y: loss }))),
    color: palette.series[i % palette.series.length]!,
  }));
  return lineChart(lines, { x: "iteration", y: "loss, mean over steps", logarithmic: true, marginRight: 230 });
}

/** Learning rate and gradient norm side by side. */
export function optimiserFigures({ metrics }: RunRecord): string {
  const chart = (y: string, of: (line: RunRecord["metrics"][number]) => number, logarithmic: boolean): string =>
    lineChart([{
      name: "",
      points: metrics.map((line) => ({ x: line.iteration, y: of(line) })),
      color: palette.model,
      labelled: false,
    }], { x: "iteration", y, width: 430, height: 220, marginRight: 20, logarithmic });
  return `<div class="row">${
    htmlFigure(chart("learning rate", (l) => l.learningRate, false), "Learning rate over iterations", "Learning rate.")
  }${
    htmlFigure(
      chart("gradient norm", (l) => l.gradientNorm, true),
      "Gradient norm over iterations",
      "Norm of the gradient over all weights, before clipping.",
    )
  }</div>`;
}

/** A running mean over a twentieth of the points, so that the trend is seen. */
function smoothed(points: readonly Point[]): Point[] {
  const window = Math.max(1, Math.round(points.length / 20));
  return points.map(({ x }, i) => {
    const near = points.slice(Math.max(0, i - window + 1), i + 1);
    return { x, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });
}
