import { align, numberCell } from "./_cells.ts";
import { escape, htmlFigure, htmlPage, htmlTable } from "./_html.ts";

/** A measured number of a comparison. */
export interface ComparisonCell {
  /** Mean over tasks. */
  readonly mean: number;
  /** Standard error of the mean. */
  readonly standardError: number;
  /** Tasks that the mean is over. */
  readonly tasks: number;
  /** Seconds that one task took; null where only a longer run than the row's was timed. */
  readonly secondsPerTask: number | null;
  /** The run folder that it was measured on. */
  readonly run: string;
}

/** A row of a comparison: a trained model, or another method on the same observations. */
export interface ComparisonRow {
  /** Parts of the label, a column each. */
  readonly label: readonly string[];
  /** Whether it is a trained model or something to compare with. */
  readonly kind: "model" | "baseline" | "control" | "limit";
  /** Times that each observation is gone through. */
  readonly passes: number;
  /** One a column; null where it was not measured yet. */
  readonly cells: readonly (ComparisonCell | null)[];
  /** The published number of each column; null where there is none. */
  readonly published: readonly (number | null)[];
}

/** Models and other methods over data sets, beside published numbers. */
export interface Comparison {
  /** Version of this layout. */
  readonly schemaVersion: 1;
  /** What it is called. */
  readonly title: string;
  /** Heads of the label's columns. */
  readonly labels: readonly string[];
  /** Heads of the numbers' columns. */
  readonly columns: readonly string[];
  /** The rows, top to bottom. */
  readonly rows: readonly ComparisonRow[];
  /** What a reader must know: what differs from the published work, how settings were chosen. */
  readonly notes: readonly string[];
}

/** A figure beside a comparison. */
export interface ComparisonFigure {
  /** The picture, as SVG text. */
  readonly svg: string;
  /** What it shows, for its caption and to be read aloud. */
  readonly caption: string;
}

/** The comparison as text: ours ± standard error, and the published number in brackets. */
export function renderComparison(table: Comparison): string {
  const lines = align([headOf(table), ...table.rows.map(textsOf)], table.labels.length);
  return [table.title, "", ...lines, "", legendOf(table), ...table.notes].join("\n");
}

/** The comparison as a page of its own, with figures above the table where there are any. */
export function renderComparisonPage(table: Comparison, figures: readonly ComparisonFigure[] = []): string {
  const measured = table.rows.flatMap(({ cells }) => cells).filter((cell) => cell !== null).length;
  const all = table.rows.length * table.columns.length;
  return htmlPage(
    `${table.title} · amortize`,
    [
      `<h1>${escape(table.title)}</h1>`,
      `<p class="soft">${measured} of ${all} numbers measured. ${escape(legendOf(table))}</p>`,
      figureGrid(figures),
      htmlTable(headOf(table), table.rows.map(textsOf), table.labels.length - 1),
      "<h2>What differs, and how it was done</h2>",
      ...table.notes.map((note) => `<p>${escape(note)}</p>`),
    ].join("\n"),
  );
}

function legendOf({ rows }: Comparison): string {
  const hasPublished = rows.some(({ published }) => published.some((number) => number !== null));
  return "Mean ± standard error over tasks never seen in training" +
    (hasPublished ? "; the published number in brackets." : ".");
}

/** Figures side by side where the page is wide enough. */
export function figureGrid(figures: readonly ComparisonFigure[]): string {
  if (figures.length === 0) return "";
  return `<div class="row">${figures.map(({ svg, caption }) => htmlFigure(svg, caption, caption)).join("")}</div>`;
}

function headOf({ labels, columns }: Comparison): string[] {
  return [...labels, ...columns, "passes", "ms/task"];
}

function textsOf({ label, cells, published, passes }: ComparisonRow): string[] {
  const times = cells.flatMap((cell) =>
    cell === null || cell.secondsPerTask === null ? [] : [1000 * cell.secondsPerTask]
  )
    .sort((a, b) => a - b);
  const median = times[times.length >> 1];
  return [
    ...label,
    ...cells.map((cell, i) => {
      const own = cell === null ? "–" : numberCell(cell);
      const theirs = published[i] ?? null;
      return theirs === null ? own : `${own} (${theirs})`;
    }),
    String(passes),
    median === undefined ? "–" : String(Number(median.toPrecision(2))),
  ];
}
