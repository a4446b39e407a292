/** Contours as x, y, x, y, …; the last point of each joins its first. */
export type Contours = readonly (readonly number[])[];

/** Which points a set of contours fills: those it winds around, or those it winds around an odd number of times. */
export type FillRule = "non-zero" | "even-odd";

/** A piece of a filled shape between two heights, with straight sides. */
export interface Trapezoid {
  /** Height of its lower edge. */
  readonly bottom: number;
  /** Height of its upper edge. */
  readonly top: number;
  /** Where the left side meets the lower and the upper edge. */
  readonly left: readonly [atBottom: number, atTop: number];
  /** The same of the right side. */
  readonly right: readonly [atBottom: number, atTop: number];
  /** Area of this piece and of all before it. */
  readonly areaUpTo: number;
}

/** A side of a contour that rises or falls; `winding` is +1 where the contour goes upwards. */
interface Side {
  readonly low: readonly [x: number, y: number];
  readonly high: readonly [x: number, y: number];
  readonly winding: number;
}

/**
 * Cuts a filled shape into trapezoids, exactly: between two neighbouring heights at which sides begin, end or cross, no two
 * sides change places. Holes, overlaps and self-crossings are as the fill rule says.
 *
 * @example A square with a square hole
 * ```ts
 * import { filledShape } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * const outer = [0, 0, 3, 0, 3, 3, 0, 3], hole = [1, 1, 1, 2, 2, 2, 2, 1]; // the other way round
 * assertEquals(filledShape([outer, hole], "non-zero").at(-1)!.areaUpTo, 8);
 * ```
 */
export function filledShape(contours: Contours, rule: FillRule): readonly Trapezoid[] {
  const sides = contours.flatMap(sidesOf);
  const heights = [...new Set([...sides.flatMap(({ low, high }) => [low[1], high[1]]), ...crossings(sides)])]
    .sort((a, b) => a - b);
  const pieces: Trapezoid[] = [];
  let area = 0;
  for (let i = 1; i < heights.length; i++) {
    const bottom = heights[i - 1]!, top = heights[i]!, middle = (bottom + top) / 2;
    const here = sides.filter(({ low, high }) => low[1] < middle && middle < high[1])
      .map((side) => ({ side, x: xAt(side, middle) })).sort((a, b) => a.x - b.x);
    let turns = 0, opened: Side | undefined;
    for (const { side } of here) {
      turns += side.winding;
      const filled = rule === "non-zero" ? turns !== 0 : turns % 2 !== 0;
      if (filled) opened ??= side;
      else if (opened !== undefined) {
        const left = [xAt(opened, bottom), xAt(opened, top)] as const;
        const right = [xAt(side, bottom), xAt(side, top)] as const;
        const own = (right[0] - left[0] + right[1] - left[1]) / 2 * (top - bottom);
        area += own;
        if (own > 0) pieces.push({ bottom, top, left, right, areaUpTo: area });
        opened = undefined;
      }
    }
  }
  return pieces;
}

function sidesOf(contour: readonly number[]): Side[] {
  const sides: Side[] = [];
  for (let i = 0; i < contour.length; i += 2) {
    const next = (i + 2) % contour.length;
    const from = [contour[i]!, contour[i + 1]!] as const, to = [contour[next]!, contour[next + 1]!] as const;
    if (from[1] < to[1]) sides.push({ low: from, high: to, winding: 1 });
    else if (from[1] > to[1]) sides.push({ low: to, high: from, winding: -1 });
  }
  return sides;
}

function xAt({ low, high }: Side, y: number): number {
  return low[0] + (high[0] - low[0]) * ((y - low[1]) / (high[1] - low[1]));
}

/** Heights at which two sides cross. */
function crossings(sides: readonly Side[]): number[] {
  const heights: number[] = [];
  sides.forEach((a, i) => {
    for (const b of sides.slice(i + 1)) {
      const bottom = Math.max(a.low[1], b.low[1]), top = Math.min(a.high[1], b.high[1]);
      if (bottom >= top) continue;
      const below = xAt(a, bottom) - xAt(b, bottom), above = xAt(a, top) - xAt(b, top);
      if (below * above < 0) heights.push(bottom + (top - bottom) * (below / (below - above)));
    }
  });
  return heights;
}

/**
 * The point of a filled shape that three numbers strictly between 0 and 1 stand for; uniform numbers give points uniform
 * in the area. Writes x and y at `at`. Square roots and products alone, so that bits are the same everywhere.
 */
export function pointInside(
  shape: readonly Trapezoid[],
  [piece, height, across]: readonly [piece: number, height: number, across: number],
  out: Float32Array | Float64Array,
  at: number,
): void {
  const wanted = piece * shape.at(-1)!.areaUpTo;
  const { bottom, top, left, right } = shape.find(({ areaUpTo }) => wanted <= areaUpTo)!;
  // The share of the height below which `height` of the area lies, where the width goes from w₀ to w₁.
  const w0 = right[0] - left[0], w1 = right[1] - left[1];
  const share = height * (w0 + w1) / (w0 + Math.sqrt(w0 * w0 + (w1 * w1 - w0 * w0) * height));
  const from = left[0] + (left[1] - left[0]) * share;
  out[at] = from + (w0 + (w1 - w0) * share) * across;
  out[at + 1] = bottom + (top - bottom) * share;
}
