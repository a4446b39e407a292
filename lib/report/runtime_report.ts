import type { RuntimeRow } from "../evaluation/runtime_file.ts";
import { align, numberCell } from "./_cells.ts";
import { type ComparisonFigure, figureGrid } from "./comparison.ts";
import { bandErrors } from "./_error_figures.ts";
import { type Line, lineChart } from "./_figure.ts";
import { escape, htmlPage, htmlTable } from "./_html.ts";
import { seriesColor } from "./_palette.ts";

/** A row of runtime.json with the name of the model or method that it is of. */
export interface NamedRuntimeRow extends RuntimeRow {
  /** Such as `parametric`, `maml`. */
  readonly name: string;
}

/** Time and memory of several methods. */
export interface RuntimeReport {
  /** Version of this layout. */
  readonly schemaVersion: 1;
  /** What it is called. */
  readonly title: string;
  /** What it was measured on. */
  readonly device: string;
  /** Name of the error, with its unit. */
  readonly metric: string;
  /** Mini-batches K that models are trained for: errors are compared after so many. */
  readonly steps: number;
  /** All rows. */
  readonly rows: readonly NamedRuntimeRow[];
  /** What a reader must know, a sentence each. */
  readonly notes: readonly string[];
}

const batchesHead = ["model", "observations", "K", "error", "ms/task", "tensors, MB", "heap, MB"];
const comparedHead = ["method", "error", "ms/task", "observations", "passes", "chosen"];

/** Two tables as text: K mini-batches against one large one; then error by seconds, observations and passes. */
export function renderRuntime(report: RuntimeReport): string {
  return [
    report.title,
    "",
    ...align([batchesHead, ...batchRows(report)]),
    "",
    ...align([comparedHead, ...comparedRows(report)]),
    "",
    ...legend(report),
  ].join("\n");
}

/** The report as a page of its own, with its figures. */
export function renderRuntimePage(report: RuntimeReport): string {
  return htmlPage(
    `${report.title} · amortize`,
    [
      `<h1>${escape(report.title)}</h1>`,
      figureGrid(runtimeFigures(report)),
      "<h2>K mini-batches against one large batch of the same observations</h2>",
      htmlTable(batchesHead, batchRows(report)),
      "<h2>Error by seconds, observations and passes</h2>",
      htmlTable(comparedHead, comparedRows(report)),
      ...legend(report).map((note) => `<p>${escape(note)}</p>`),
    ].join("\n"),
  );
}

/** Seconds and memory against observations, and error against seconds. */
export function runtimeFigures({ rows, metric }: RuntimeReport): ComparisonFigure[] {
  const models = rows.filter(({ kind }) => kind === "model");
  const names = [...new Set(models.map(({ name }) => name))];
  const ways = [...new Set(models.map(({ method }) => method))];
  const against = (of: (row: NamedRuntimeRow) => number | undefined): Line[] =>
    names.flatMap((name, i) =>
      ways.map((way): Line => ({
        name: `${name}, ${way}`,
        color: seriesColor(i),
        width: 2,
        dots: true,
        ...(way === ways[0] ? {} : { dash: "6 4" }),
        points: models.filter((row) => row.name === name && row.method === way).flatMap((row) => {
          const y = of(row);
          return y === undefined ? [] : [{ x: row.observations, y }];
        }),
      }))
    );
  const draw = (lines: readonly Line[], x: string, y: string, ticksX?: readonly number[]): string =>
    lineChart(lines, {
      ...{ x, y, width: 620, height: 380, logarithmic: true, logarithmicX: true, marginRight: 240 },
      ...(ticksX === undefined ? {} : { ticksX }),
    });
  const counts = [...new Set(models.map(({ observations }) => observations))].sort((a, b) => a - b);
  const compared = [...new Set(rows.map(({ name }) => name))].map((name, i): Line => ({
    ...{ name, color: seriesColor(i), width: 2, dots: true },
    points: rows.filter((row) => row.name === name && row.method !== ways[1])
      .map(({ secondsPerTask, mean, standardError }) => ({
        ...{ x: 1000 * secondsPerTask, y: mean, spread: bandErrors * standardError },
      })),
  }));
  return [
    {
      svg: draw(against(({ secondsPerTask }) => 1000 * secondsPerTask), "observations", "ms/task", counts),
      caption: "Milliseconds a task against its observations, in mini-batches and in one large batch.",
    },
    {
      svg: draw(
        against(({ peakTensorBytes }) => peakTensorBytes === undefined ? undefined : peakTensorBytes / 1e6),
        "observations",
        "MB",
        counts,
      ),
      caption: "The most megabytes of tensors alive at once, all tasks together.",
    },
    {
      svg: draw(compared, "ms/task", metric),
      caption: "Error against milliseconds a task: more mini-batches to the right; for Adam more passes over the " +
        "observations of the trained number of steps; bands are two standard errors on either side.",
    },
  ];
}

function batchRows({ rows }: RuntimeReport): string[][] {
  return rows.filter(({ kind }) => kind === "model").map((row) => [
    `${row.name}, ${row.method}`,
    String(row.observations),
    String(row.steps),
    numberCell(row),
    timeCell(row),
    megabytes(row.peakTensorBytes),
    megabytes(row.deviceBytes),
  ]);
}

/** After the trained steps: models in mini-batches; other methods on all their passes. */
function comparedRows({ rows, steps }: RuntimeReport): string[][] {
  return rows.filter((row) => row.kind === "baseline" || (row.method === "mini-batches" && row.steps === steps))
    .map((row) => [
      row.name,
      numberCell(row),
      timeCell(row),
      String(row.observations),
      String(row.passes),
      row.setting ?? "",
    ]);
}

function timeCell({ secondsPerTask, fastest, slowest }: RuntimeRow): string {
  const ms = (seconds: number): string => String(Number((1000 * seconds).toPrecision(2)));
  return fastest === slowest ? ms(secondsPerTask) : `${ms(secondsPerTask)} (${ms(fastest)}–${ms(slowest)})`;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "–" : (bytes / 1e6).toFixed(1);
}

function legend({ device, metric, notes }: RuntimeReport): string[] {
  return [
    `Error: ${metric}, mean ± standard error over tasks never seen in training. Times: the median of several runs, ` +
    `fastest–slowest in brackets, on ${device}; tasks of a batch run together. Tensors: the most bytes alive at once, all ` +
    "tasks together; heap: how large wasm's memory became in a worker of its own, which starts at 16.8 MB.",
    ...notes,
  ];
}
