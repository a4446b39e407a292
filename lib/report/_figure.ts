import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** One point of a line. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** Half of the band around it, in units of y. */
  readonly spread?: number;
}

/** A named line. */
export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
  readonly color: string;
  readonly dashed?: boolean;
  readonly width?: number;
  /** Whether the points carry dots. */
  readonly dots?: boolean;
  readonly opacity?: number;
  /** Whether the line's name stands at its end. */
  readonly labelled?: boolean;
}

/** What a line chart shows. */
export interface ChartOptions {
  readonly x: string;
  readonly y: string;
  readonly width?: number;
  readonly height?: number;
  readonly logarithmic?: boolean;
  /** Whole-number ticks on x. */
  readonly ticksX?: readonly number[];
  /** Vertical rules, with a word each. */
  readonly marks?: readonly { readonly x: number; readonly text: string }[];
  /** Room for names at the lines' ends. */
  readonly marginRight?: number;
}

/** Colours that people with any colour vision tell apart, on light and on dark. */
export const palette = {
  model: "#2f81f7",
  modelSoft: "#79b8ff",
  limit: "#8b949e",
  ridge: "#1a9e77",
  sgd: "#d1780f",
  adam: "#cc5c9a",
  control: "#a371f7",
  controlSoft: "#b8a03a",
  series: ["#2f81f7", "#d1780f", "#1a9e77", "#cc5c9a", "#a371f7", "#b8a03a", "#d14343", "#5aa9c2"],
} as const;

/** A line chart as SVG text: axes in the text's colour, names at the lines' ends moved apart where they would touch. */
export function lineChart(lines: readonly Line[], options: ChartOptions): string {
  const { document } = parseHTML("<html></html>") as unknown as { document: NonNullable<Plot.PlotOptions["document"]> };
  const height = options.height ?? 360;
  const shown = lines.map((line) => ({ ...line, points: line.points.filter((p) => drawable(p, options)) }))
    .filter((line) => line.points.length > 0);
  const values = shown.flatMap(({ points }) => points.map(({ y }) => y));
  const logarithmic = options.logarithmic ?? false;
  const svg = Plot.plot({
    document,
    width: options.width ?? 860,
    height,
    marginLeft: 56,
    marginRight: options.marginRight ?? 200,
    marginBottom: 40,
    style: { color: "currentColor", background: "none" },
    x: { label: options.x, ...(options.ticksX ? { ticks: [...options.ticksX] } : {}), tickFormat: "~s" },
    y: { label: options.y, type: logarithmic ? "log" : "linear", grid: true, tickFormat: "~g", nice: !logarithmic },
    marks: [
      ...(options.marks ?? []).flatMap(({ x, text }) => [
        Plot.ruleX([x], { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" }),
        Plot.text([text], { x, frameAnchor: "top", dy: -12, fill: "currentColor", fillOpacity: 0.7 }),
      ]),
      ...shown.flatMap((line) => lineMarks(line)),
      ...endLabels(shown, values, height, logarithmic),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}

function drawable({ y }: Point, { logarithmic }: ChartOptions): boolean {
  return Number.isFinite(y) && (logarithmic !== true || y > 0);
}

function lineMarks(line: Line): Plot.Markish[] {
  const { color, points } = line;
  const banded = points.filter(({ spread }) => spread !== undefined);
  return [
    ...(banded.length > 0
      ? [Plot.areaY(banded, {
        x: "x",
        y1: (p: Point) => p.y - p.spread!,
        y2: (p: Point) => p.y + p.spread!,
        fill: color,
        fillOpacity: 0.18,
      })]
      : []),
    Plot.lineY(points, {
      x: "x",
      y: "y",
      stroke: color,
      strokeWidth: line.width ?? 1.5,
      strokeOpacity: line.opacity ?? 1,
      ...(line.dashed === true ? { strokeDasharray: "5 4" } : {}),
    }),
    ...(line.dots === true ? [Plot.dot(points, { x: "x", y: "y", fill: color, r: 2.5 })] : []),
  ];
}

/** Names at the lines' ends, pushed apart to at least a line's height. */
function endLabels(lines: readonly Line[], values: readonly number[], height: number, log: boolean): Plot.Markish[] {
  const scale = (value: number): number => log ? Math.log(value) : value;
  const low = Math.min(...values.map(scale)), high = Math.max(...values.map(scale));
  const pixels = (value: number): number => (height - 60) * (high - scale(value)) / Math.max(1e-12, high - low);
  const ends = lines.filter(({ labelled }) => labelled !== false)
    .map((line) => ({ line, end: line.points.at(-1)!, at: pixels(line.points.at(-1)!.y) }))
    .sort((a, b) => a.at - b.at);
  // From the bottom up, so that names near the frame's lower edge move into it.
  let floor = height - 56;
  for (const label of ends.toReversed()) {
    label.at = Math.min(label.at, floor);
    floor = label.at - 15;
  }
  return ends.map(({ line, end, at }) =>
    Plot.text([line.name], {
      x: end.x,
      y: end.y,
      dx: 8,
      dy: at - pixels(end.y),
      textAnchor: "start",
      fill: line.color,
      fontWeight: (line.width ?? 1) > 2 ? 600 : 400,
    })
  );
}
