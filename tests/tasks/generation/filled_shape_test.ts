import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Contours,
  filledShape,
  type FillRule,
  letter,
  pointInside,
  type Trapezoid,
} from "../../../lib/tasks/mod.ts";
import { glyphOutlines } from "../../../lib/tasks/generation/glyph_outlines.ts";
import { uniforms } from "../../backends.ts";

/** How often contours wind around a point, by a ray to the right: another route than trapezoids. */
function windings(contours: Contours, x: number, y: number): number {
  let turns = 0;
  for (const points of contours) {
    for (let i = 0; i < points.length; i += 2) {
      const [ax, ay] = [points[i]!, points[i + 1]!];
      const [bx, by] = [points[(i + 2) % points.length]!, points[(i + 3) % points.length]!];
      if ((ay <= y) === (by <= y)) continue;
      if (ax + (bx - ax) * (y - ay) / (by - ay) > x) turns += ay < by ? 1 : -1;
    }
  }
  return turns;
}

function inside(contours: Contours, rule: FillRule, x: number, y: number): boolean {
  const turns = windings(contours, x, y);
  return rule === "non-zero" ? turns !== 0 : turns % 2 !== 0;
}

function holds(shape: readonly Trapezoid[], x: number, y: number): boolean {
  return shape.some(({ bottom, top, left, right }) => {
    const share = (y - bottom) / (top - bottom);
    return share >= 0 && share < 1 && x >= left[0] + (left[1] - left[0]) * share &&
      x < right[0] + (right[1] - right[0]) * share;
  });
}

const corner = fc.integer({ min: 0, max: 12 });
const contour = fc.array(fc.tuple(corner, corner), { minLength: 3, maxLength: 7 }).map((points) => points.flat());
const contours = fc.array(contour, { minLength: 1, maxLength: 3 });
const rule = fc.constantFrom<FillRule>("non-zero", "even-odd");

Deno.test("filledShape() covers what the contours wind around, crossings and overlaps included", () => {
  fc.assert(fc.property(contours, rule, fc.integer(), (contours, rule, seed) => {
    const shape = filledShape(contours, rule), next = uniforms(seed);
    for (let i = 0; i < 20; i++) {
      const x = 12 * next() + 1e-4, y = 12 * next() + 1e-4;
      assertEquals(holds(shape, x, y), inside(contours, rule, x, y));
    }
  }));
});

Deno.test("filledShape() knows the area of a ring, and the rule decides about a square drawn twice", () => {
  const square = (size: number) => [0, 0, size, 0, size, size, 0, size];
  assertEquals(filledShape([square(4), [1, 1, 1, 3, 3, 3, 3, 1]], "non-zero").at(-1)!.areaUpTo, 12);
  assertEquals(filledShape([square(2), square(2)], "non-zero").at(-1)!.areaUpTo, 4);
  assertEquals(filledShape([square(2), square(2)], "even-odd").length, 0);
  assertAlmostEquals(filledShape([[0, 0, 2, 2, 2, 0, 0, 2]], "non-zero").at(-1)!.areaUpTo, 2); // an hourglass
});

Deno.test("pointInside() stays inside and fills the area evenly", () => {
  const shape = filledShape([[0, 0, 4, 0, 1, 3], [6, 0, 7, 0, 7, 1, 6, 1]], "non-zero"), next = uniforms(3);
  const count = 20_000, at = new Float64Array(2);
  let meanX = 0, meanY = 0, inSquare = 0;
  for (let i = 0; i < count; i++) {
    pointInside(shape, [next() || 0.5, next() || 0.5, next() || 0.5], at, 0);
    assert(holds(shape, at[0]!, at[1]!));
    if (at[0]! > 5) inSquare += 1 / count;
    else {
      meanX += at[0]! / count;
      meanY += at[1]! / count;
    }
  }
  assertAlmostEquals(inSquare, 1 / 7, 0.01); // areas 6 and 1
  assertAlmostEquals(meanX / (1 - inSquare), 5 / 3, 0.03); // a triangle's centre is the mean of its corners
  assertAlmostEquals(meanY / (1 - inSquare), 1, 0.03);
});

Deno.test("letter() has the 26 capitals, centred and 2 high, with holes where letters have them", () => {
  assertEquals(Object.keys(glyphOutlines).join(""), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const holes = Object.entries(glyphOutlines).filter(([, contours]) => contours.length > 1).map(([name]) => name);
  assertEquals(holes.join(""), "ABDOPQR");
  for (const name of "AHQ") {
    const { shape, mixture: { means, logWeights } } = letter(name);
    const total = logWeights.reduce((sum, w) => sum + Math.exp(w), 0);
    const centre = [0, 1].map((axis) =>
      logWeights.reduce((s, w, i) => s + Math.exp(w) * means[2 * i + axis]!, 0) / total
    );
    centre.forEach((at) => assertAlmostEquals(at, 0, 2e-3));
    const row = (shape.at(-1)!.top - shape[0]!.bottom) / 72; // Σ weights = area / the height of a row
    assertAlmostEquals(total * row / shape.at(-1)!.areaUpTo, 1, 0.01);
  }
  const { shape } = letter("H");
  assertAlmostEquals(shape.at(-1)!.top - shape[0]!.bottom, 2, 1e-9);
  assert(!holds(letter("O").shape, 0, 0) && holds(shape, 0, 0));
});
