import type { EvaluatedMethod } from "../evaluation/evaluation_file.ts";
import { bandErrors, frameOf, pointsOf, stepTicks } from "./_error_figures.ts";
import { type ChartOptions, lineChart } from "./_figure.ts";
import { colorOf, seriesColor } from "./_palette.ts";
import { methodName } from "./_cells.ts";

/** A named result of one method. */
export interface NamedResult {
  /** What its line is called. */
  readonly name: string;
  /** Its errors after every step. */
  readonly result: EvaluatedMethod;
}

/** What a figure of several results shows beside them. */
export interface ResultsFigure {
  /** Name of the error, with its unit. */
  readonly metric: string;
  /** A limit, drawn grey and dashed. */
  readonly limit?: EvaluatedMethod;
  /** Width in pixels. */
  readonly width?: number;
}

/** Error after each refinement step, a line a result with a band of two standard errors, as SVG text. */
export function resultsFigure(results: readonly NamedResult[], { metric, limit, width = 560 }: ResultsFigure): string {
  const longest = results.map(({ result }) => result).reduce((a, b) => b.steps.length > a.steps.length ? b : a);
  const lines = results.map(({ name, result }, i) => ({
    ...{ name, points: pointsOf(result), color: seriesColor(i), width: 2, dots: true },
  }));
  const exact = limit === undefined
    ? []
    : [{ name: methodName(limit), points: pointsOf(limit), color: colorOf("grey"), dash: "6 4" }];
  return lineChart([...exact, ...lines], {
    ...frame(metric, width),
    x: "refinement step",
    within: frameOf(...results.map(({ result }) => result)),
    ticksX: stepTicks(longest),
  });
}

/** A result at one value of a factor. */
export interface FactorPoint {
  /** The line that it is on. */
  readonly name: string;
  /** The factor's value. */
  readonly at: number;
  /** Mean error. */
  readonly mean: number;
  /** Its standard error. */
  readonly standardError: number;
}

/** Error against the ablated factor, a line a name with a band of two standard errors, as SVG text. */
export function factorFigure(
  points: readonly FactorPoint[],
  { factor, metric, width = 560 }: { readonly factor: string; readonly metric: string; readonly width?: number },
): string {
  const names = [...new Set(points.map(({ name }) => name))];
  const lines = names.map((name, i) => ({
    ...{ name, color: seriesColor(i), width: 2, dots: true },
    points: points.filter((point) => point.name === name).map(({ at, mean, standardError }) => ({
      ...{ x: at, y: mean, spread: bandErrors * standardError },
    })),
  }));
  return lineChart(lines, {
    ...frame(metric, width),
    x: factor,
    ticksX: [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b),
  });
}

function frame(metric: string, width: number): Omit<ChartOptions, "x"> {
  return { y: metric, width, height: 340, logarithmic: true, marginRight: 170 };
}
