import { type Line, lineChart, type Point } from "./_figure.ts";
import { htmlFigure } from "./_html.ts";
import { colorOf, seriesColor } from "./_palette.ts";
import type { RunRecord } from "./run_record.ts";

type Measured = RunRecord["metrics"][number];

function curve(metrics: readonly Measured[], of: (line: Measured) => number | undefined): Point[] {
  return metrics.flatMap((line) => {
    const y = of(line);
    return y === undefined ? [] : [{ x: line.iteration, y }];
  });
}

/** A noisy curve and its running mean. */
function smoothedLines(line: Line): Line[] {
  return [
    { ...line, width: 1, opacity: 0.28, labelled: false },
    { ...line, points: smoothed(line.points), width: 2 },
  ];
}

/** A running mean over a twentieth of the points around each, so that the trend is seen. */
function smoothed(points: readonly Point[]): Point[] {
  const half = Math.floor(points.length / 40);
  return points.map(({ x }, i) => {
    const near = points.slice(Math.max(0, i - half), i + half + 1);
    return { x, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });
}

/** Total loss of several runs, or of one, and the validation error of each where it was measured. */
export function lossFigure(runs: readonly RunRecord[]): string {
  const lines = runs.flatMap(({ name, metrics }, i) => {
    const color = seriesColor(i), alone = runs.length === 1;
    const validation = curve(metrics, (line) => line.validation);
    return [
      ...smoothedLines({
        name: alone ? "training, mean over steps" : name,
        points: curve(metrics, (l) => l.loss),
        color,
      }),
      {
        name: "validation, step K",
        points: validation,
        color: alone ? colorOf("orange") : color,
        dots: true,
        labelled: alone,
        ...(alone ? {} : { dash: "2 3" }),
      },
    ];
  });
  return lineChart(lines, { x: "iteration", y: "loss", logarithmic: true, height: 320, marginRight: 210 });
}

/** Training loss of each refinement step. */
export function lossPerStepFigure({ metrics }: RunRecord): string {
  const steps = metrics[0]?.lossPerStep.length ?? 0;
  const lines = Array.from({ length: steps }, (_, k) =>
    smoothedLines({
      name: `step ${k + 1}`,
      points: curve(metrics, ({ lossPerStep }) => lossPerStep[k]),
      color: seriesColor(k),
      labelled: steps <= 10 || k === 0 || k === steps - 1,
    }).map((line) => ({ ...line, labelled: line.labelled ?? true }))).flat();
  return lineChart(lines, { x: "iteration", y: "loss", logarithmic: true, height: 320, marginRight: 210 });
}

/** Learning rate and gradient norm side by side. */
export function optimiserFigures({ metrics }: RunRecord): string {
  const chart = (y: string, of: (line: Measured) => number, logarithmic: boolean): string =>
    lineChart([{ name: "", points: curve(metrics, of), color: colorOf("blue"), labelled: false }], {
      x: "iteration",
      y,
      width: 430,
      height: 220,
      marginRight: 24,
      logarithmic,
    });
  const rate = chart("learning rate", (line) => line.learningRate, false);
  const norm = chart("gradient norm", (line) => line.gradientNorm, true);
  return `<div class="row">${htmlFigure(rate, "Learning rate over iterations", "Learning rate.")}${
    htmlFigure(norm, "Gradient norm over iterations", "Norm of the gradient over all weights, before clipping.")
  }</div>`;
}
