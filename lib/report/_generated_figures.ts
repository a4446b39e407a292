import type { Evaluation, GeneratedPoints } from "../evaluation/evaluation_file.ts";
import { escape, htmlFigure } from "./_html.ts";
import { colorOf } from "./_palette.ts";

/** Pixels: a panel's side, what is between panels, and the line of words above them. */
const side = 134, gap = 12, words = 22;

/** One panel: words, points, colour. */
interface Panel {
  readonly text: string;
  readonly points: readonly number[];
  readonly color: string;
}

/** Points of each pictured task: seen, true, and generated after each number of refinements; nothing where there are none. */
export function generatedFigures({ generated = [], results }: Evaluation, distribution: string): string[] {
  const here = generated.filter((one) => one.distribution === distribution);
  if (here.length === 0) return [];
  const trained = results[0]!.trainedSteps;
  const caption = "Each row is a task never seen in training. " +
    (here[0]!.dimension > 2 ? "Shown are the first two of " + here[0]!.dimension + " dimensions. " : "") +
    `Points seen (all mini-batches), true points, and points that the model generated after each number of refinements ` +
    `inside every evaluation of the field; it was trained for K = ${trained}.`;
  return [
    "<h3>Generated points</h3>",
    htmlFigure(pointRows(here), "Seen, true and generated points of several tasks", caption),
  ];
}

/** The rows as SVG text. */
export function pointRows(rows: readonly GeneratedPoints[]): string {
  const all = rows.map(panelsOf);
  const width = Math.max(...all.map((panels) => panels.length)) * (side + gap) - gap;
  const height = rows.length * (side + gap) + words - gap;
  const titles = all[0]!.map(({ text }, i) =>
    `<text x="${i * (side + gap) + side / 2}" y="14" text-anchor="middle" fill="currentColor">${escape(text)}</text>`
  );
  const body = all.map((panels, row) => {
    const frame = frameOf(rows[row]!);
    return panels.map((panel, i) =>
      panelSvg(panel, rows[row]!.dimension, frame, i * (side + gap), words + row * (side + gap))
    )
      .join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-size="12" style="color:currentColor;background:none">${titles.join("")}${body.join("")}</svg>`;
}

function panelsOf({ truth, seen, steps, dimension }: GeneratedPoints): Panel[] {
  return [
    { text: `${seen.length / dimension} points seen`, points: seen, color: colorOf("orange") },
    { text: "true points", points: truth, color: colorOf("grey") },
    ...steps.map(({ step, points }) => ({ text: `generated, k = ${step}`, points, color: colorOf("blue") })),
  ];
}

/** The middle and the half side of a square around the true points. */
interface Frame {
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

function frameOf({ truth, dimension }: GeneratedPoints): Frame {
  const rangeOf = (axis: number): readonly [number, number] => {
    const values = truth.filter((_, i) => i % dimension === axis);
    return [Math.min(...values), Math.max(...values)];
  };
  const [left, right] = rangeOf(0), [bottom, top] = dimension > 1 ? rangeOf(1) : [0, 0];
  const half = 0.58 * Math.max(right - left, top - bottom, 1e-6);
  return { x: (left + right) / 2, y: (bottom + top) / 2, half };
}

/** Dots as strokes without length; those outside of the frame are left out. */
function panelSvg(
  { points, color }: Panel,
  dimension: number,
  { x, y, half }: Frame,
  left: number,
  top: number,
): string {
  const scale = side / (2 * half);
  let path = "";
  for (let i = 0; i + dimension <= points.length; i += dimension) {
    const px = (points[i]! - x) * scale, py = dimension > 1 ? (y - points[i + 1]!) * scale : 0;
    if (Math.max(Math.abs(px), Math.abs(py)) > side / 2 - 1) continue;
    path += `M${(left + side / 2 + px).toFixed(1)} ${(top + side / 2 + py).toFixed(1)}h0`;
  }
  return `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="currentColor" ` +
    `stroke-opacity="0.25"/><path d="${path}" fill="none" stroke="${color}" stroke-width="2" stroke-linecap="round"/>`;
}
