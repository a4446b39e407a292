/**
 * Flattens the 26 capitals of DejaVu Sans Bold and writes lib/tasks/generation/glyph_outlines.ts. With `--check` it
 * writes nothing and fails if the committed module is not what the font gives. A development tool: nothing in the library
 * imports it.
 *
 * `deno run -A lib/tasks/generation/outlines/build.ts [--check]`
 * @module
 */
import opentype from "opentype.js";

const target = new URL("../glyph_outlines.ts", import.meta.url);
const fontFile = new URL(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"));

/** Font units (2,048 to the em) that a chord may lie off its curve. */
const tolerance = 2;

/** A drawing command of a TrueType outline, y downwards. */
interface Command {
  readonly type: string;
  readonly x?: number;
  readonly y?: number;
  readonly x1?: number;
  readonly y1?: number;
}

/** Contours as x, y, x, y, … in whole font units, y upwards; the last point joins the first. */
function flatten(commands: readonly Command[]): number[][] {
  const contours: number[][] = [];
  let x = 0, y = 0;
  const add = (toX: number, toY: number): void => {
    const contour = contours.at(-1)!, at = [Math.round(toX), Math.round(toY)] as const;
    if (contour.at(-2) !== at[0] || contour.at(-1) !== at[1]) contour.push(...at);
  };
  for (const command of commands) {
    if (command.type === "Z") continue;
    if (command.type === "M") contours.push([]);
    const toX = command.x!, toY = -command.y!;
    if (command.type === "M" || command.type === "L") add(toX, toY);
    else if (command.type === "Q") {
      const byX = command.x1!, byY = -command.y1!;
      // A quadratic curve lies |p₀ − 2 p₁ + p₂| / 4 off its chord, and n equal pieces n² times less.
      const off = Math.hypot(x - 2 * byX + toX, y - 2 * byY + toY) / 4;
      const pieces = Math.max(1, Math.ceil(Math.sqrt(off / tolerance)));
      for (let i = 1; i <= pieces; i++) {
        const t = i / pieces, s = 1 - t;
        add(s * s * x + 2 * s * t * byX + t * t * toX, s * s * y + 2 * s * t * byY + t * t * toY);
      }
    } else throw new Error(`Cannot flatten a command ${command.type}: TrueType has M, L, Q and Z`);
    x = toX;
    y = toY;
  }
  return contours.map((points) => {
    const closed = points[0] === points.at(-2) && points[1] === points.at(-1);
    return closed ? points.slice(0, -2) : points;
  });
}

/** The text of glyph_outlines.ts. */
function moduleText(): string {
  const font = opentype.parse(Deno.readFileSync(fontFile).buffer);
  const outlines = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => {
    const { commands } = font.charToGlyph(letter).getPath(0, 0, font.unitsPerEm);
    return `  ${letter}: ${JSON.stringify(flatten(commands as readonly Command[]))},`;
  });
  return `// deno-fmt-ignore-file
// Written by outlines/build.ts: do not edit.

/**
 * Outlines of the capitals of DejaVu Sans Bold 2.37, curves as chords at most ${tolerance} font units off. Fonts are (c) Bitstream,
 * DejaVu changes are in public domain; the Bitstream Vera licence lets anybody use, copy, modify, merge, publish,
 * distribute and sell them under its notice: https://dejavu-fonts.github.io/License.html
 *
 * @module
 */

/** Font units from the base line to the top of a capital. */
export const capHeight: number = ${font.charToGlyph("H").getBoundingBox().y2};

/** Contours of each capital, x, y, x, y, … in font units, y upwards; inside by the non-zero winding rule. */
export const glyphOutlines: Readonly<Record<string, readonly (readonly number[])[]>> = {
${outlines.join("\n")}
};
`;
}

if (import.meta.main) {
  const text = moduleText();
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(target, text);
  else if (await Deno.readTextFile(target) !== text) {
    console.error("lib/tasks/generation/glyph_outlines.ts is not what the font gives: run build.ts without --check");
    Deno.exit(1);
  }
}
