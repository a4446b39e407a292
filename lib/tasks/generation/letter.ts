import { capHeight, glyphOutlines } from "./glyph_outlines.ts";
import { type Contours, filledShape, type Trapezoid } from "./filled_shape.ts";
import type { Mixture } from "./mixture_field.ts";

/** A capital upright, its centre of area at the origin, capitals 2 high. */
export interface Letter {
  /** What its points are drawn from. */
  readonly shape: readonly Trapezoid[];
  /** The same area as narrow Gaussians in rows, for the field: the error of that is far below what is measured with it. */
  readonly mixture: Mixture & { readonly logWeights: Float64Array };
}

/** Rows of Gaussians over a letter's height: some two thousand in all. */
const rowsOfMixture = 72;

const made = new Map<string, Letter>();

/** A capital from A to Z; made once. */
export function letter(name: string): Letter {
  const known = made.get(name);
  if (known !== undefined) return known;
  const outline = glyphOutlines[name];
  if (outline === undefined) throw new Error(`Cannot draw letter "${name}": there are A to Z`);
  const [x, y] = centreOf(filledShape(outline, "non-zero"));
  const scale = 2 / capHeight;
  const centred: Contours = outline.map((points) => points.map((at, i) => (at - (i % 2 === 0 ? x : y)) * scale));
  const shape = filledShape(centred, "non-zero");
  const fresh = { shape, mixture: mixtureOf(shape) };
  made.set(name, fresh);
  return fresh;
}

/** The centre of area: each trapezoid as two triangles. */
function centreOf(shape: readonly Trapezoid[]): readonly [x: number, y: number] {
  let total = 0, x = 0, y = 0;
  for (const { bottom, top, left, right } of shape) {
    const lower = (right[0] - left[0]) * (top - bottom) / 2, upper = (right[1] - left[1]) * (top - bottom) / 2;
    total += lower + upper;
    x += lower * (left[0] + right[0] + left[1]) / 3 + upper * (left[1] + right[1] + right[0]) / 3;
    y += lower * (2 * bottom + top) / 3 + upper * (bottom + 2 * top) / 3;
  }
  return [x / total, y / total];
}

/** Gaussians half a row wide, in the middle of equal parts of the intervals that each row's middle is inside for. */
function mixtureOf(shape: readonly Trapezoid[]): Letter["mixture"] {
  const bottom = shape[0]!.bottom, top = shape.at(-1)!.top, row = (top - bottom) / rowsOfMixture;
  const means: number[] = [], logWeights: number[] = [];
  for (let i = 0; i < rowsOfMixture; i++) {
    const y = bottom + (i + 0.5) * row;
    for (const piece of shape) {
      if (y < piece.bottom || y >= piece.top) continue;
      const share = (y - piece.bottom) / (piece.top - piece.bottom);
      const left = piece.left[0] + (piece.left[1] - piece.left[0]) * share;
      const width = piece.right[0] + (piece.right[1] - piece.right[0]) * share - left;
      const parts = Math.max(1, Math.round(width / row));
      for (let j = 0; j < parts; j++) {
        means.push(left + width * (j + 0.5) / parts, y);
        logWeights.push(Math.log(width / parts));
      }
    }
  }
  return { dimension: 2, std: row / 2, means: Float64Array.from(means), logWeights: Float64Array.from(logWeights) };
}
