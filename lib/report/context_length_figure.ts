import type { ContextLengthPoint } from "../evaluation/context_length_point.ts";
import { type Line, lineChart } from "./_figure.ts";
import { colorOf, type Hue } from "./_palette.ts";

/** What the figure tells beside the points. */
export interface ContextLengthFigure {
  /** The metric's name, with its unit. */
  readonly metric: string;
  /** The trained number of steps K. */
  readonly trainedSteps: number;
}

/** Error against context length, far beyond the trained steps, as SVG text: last state, averaged states, ridge. */
export function contextLengthFigure(
  points: readonly ContextLengthPoint[],
  { metric, trainedSteps }: ContextLengthFigure,
): string {
  const line = (name: string, of: "last" | "averaged" | "ridge", hue: Hue, width: number): Line => ({
    name,
    color: colorOf(hue),
    width,
    points: points.map((point) => ({
      x: point.miniBatches,
      y: point[of].mean,
    })),
  });
  const last = points.at(-1)?.miniBatches ?? 1;
  return lineChart([
    line("ridge, all observations", "ridge", "green", 1.5),
    line("last state", "last", "blue", 1.5),
    line("late states averaged", "averaged", "cyan", 2.6),
  ], {
    x: "mini-batches",
    y: metric,
    logarithmic: true,
    logarithmicX: true,
    ticksX: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].filter((tick) => tick <= last),
    marks: [{ x: trainedSteps, text: `trained for K = ${trainedSteps}` }],
    marginRight: 190,
  });
}
