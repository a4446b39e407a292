import { escape } from "./_html.ts";

/** A line's name, and where the line ends, in pixels. */
export interface EndLabel {
  readonly text: string;
  readonly color: string;
  readonly strong: boolean;
  readonly x: number;
  readonly y: number;
}

/** Pixels between the baselines of two names. */
const lineHeight = 15;

/**
 * The names at the ends of lines as SVG text, moved apart to a line's height between `top` and `bottom`, each joined to
 * its line's end.
 */
export function endLabels(
  labels: readonly EndLabel[],
  { top, bottom }: { readonly top: number; readonly bottom: number },
): string {
  return spread(labels, top, bottom).map(({ text, color, strong, x, y, at }) =>
    `<path d="M${round(x + 4)},${round(y)}L${round(x + 16)},${round(at)}" stroke="${color}" fill="none"/>` +
    `<text x="${round(x + 19)}" y="${round(at)}" dy="0.32em" fill="${color}"${strong ? ' font-weight="600"' : ""}>` +
    `${escape(text)}</text>`
  ).join("");
}

/** Pushes labels down from the top, then those below the frame's edge up again. */
function spread(
  labels: readonly EndLabel[],
  top: number,
  bottom: number,
): readonly (EndLabel & { readonly at: number })[] {
  const placed = [...labels].sort((a, b) => a.y - b.y).map((label) => ({ ...label, at: label.y }));
  let edge = top;
  for (const label of placed) {
    label.at = Math.max(label.at, edge);
    edge = label.at + lineHeight;
  }
  edge = bottom;
  for (const label of placed.toReversed()) {
    label.at = Math.min(label.at, edge);
    edge = label.at - lineHeight;
  }
  return placed;
}

function round(pixels: number): string {
  return pixels.toFixed(1);
}
