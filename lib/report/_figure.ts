import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { endLabels } from "./_end_labels.ts";

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
  /** Lengths of dashes and gaps. */
  readonly dash?: string;
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
  readonly logarithmicX?: boolean;
  /** Points outside are left out, so that a method that diverged or is exact does not flatten the others. */
  readonly within?: readonly [low: number, high: number];
  /** Whole-number ticks on x. */
  readonly ticksX?: readonly number[];
  /** Vertical rules, with a word each. */
  readonly marks?: readonly { readonly x: number; readonly text: string }[];
  /** Room for names at the lines' ends. */
  readonly marginRight?: number;
}

/** A line chart as SVG text: axes in the text's colour, names at the lines' ends. */
export function lineChart(lines: readonly Line[], options: ChartOptions): string {
  const { document } = parseHTML("<html></html>") as unknown as { document: NonNullable<Plot.PlotOptions["document"]> };
  const height = options.height ?? 360, logarithmic = options.logarithmic ?? false;
  const shown = lines.map((line) => ({ ...line, points: line.points.filter((p) => drawable(p, options)) }))
    .filter((line) => line.points.length > 0);
  const svg = Plot.plot({
    document,
    width: options.width ?? 880,
    height,
    marginTop: 28,
    marginLeft: 52,
    marginRight: options.marginRight ?? 200,
    marginBottom: 42,
    style: { color: "currentColor", background: "none", fontSize: "12px" },
    x: {
      label: options.x,
      labelAnchor: "center",
      labelArrow: "none",
      type: options.logarithmicX === true ? "log" : "linear",
      ...(options.ticksX ? { ticks: [...options.ticksX] } : { ticks: 6 }),
      tickFormat: (value: number) => value.toLocaleString("en-US"),
    },
    y: {
      label: options.y,
      labelArrow: "none",
      type: logarithmic ? "log" : "linear",
      grid: true,
      ticks: Math.max(3, Math.round(height / 45)),
      tickFormat: "~g",
      nice: !logarithmic,
      zero: !logarithmic,
    },
    marks: [
      ...(options.marks ?? []).flatMap(({ x, text }) => [
        Plot.ruleX([x], { stroke: "currentColor", strokeOpacity: 0.45, strokeDasharray: "2 3" }),
        Plot.text([text], { x, frameAnchor: "top", dy: -12, fill: "currentColor", fillOpacity: 0.75 }),
      ]),
      ...shown.flatMap((line) => lineMarks(line, options)),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const x = svg.scale("x"), y = svg.scale("y");
  const labels = shown.filter(({ labelled }) => labelled !== false).map((line) => {
    const end = line.points.at(-1)!;
    const strong = (line.width ?? 1) > 2;
    return { text: line.name, color: line.color, strong, x: Number(x?.apply(end.x)), y: Number(y?.apply(end.y)) };
  });
  const names = `<g text-anchor="start">${endLabels(labels, { top: 28, bottom: height - 44 })}</g>`;
  return String(svg.outerHTML).replace(/<\/svg>$/, () => `${names}</svg>`);
}

function drawable({ y }: Point, { logarithmic, within }: ChartOptions): boolean {
  const [low, high] = within ?? [-Infinity, Infinity];
  return Number.isFinite(y) && (logarithmic !== true || y > 0) && y >= low && y <= high;
}

function lineMarks(line: Line, { logarithmic }: ChartOptions): Plot.Markish[] {
  const { color, points } = line;
  const banded = points.filter(({ y, spread }) => spread !== undefined && (logarithmic !== true || y > spread));
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
      ...(line.dash === undefined ? {} : { strokeDasharray: line.dash }),
    }),
    ...(line.dots === true ? [Plot.dot(points, { x: "x", y: "y", fill: color, r: 2.5 })] : []),
  ];
}
