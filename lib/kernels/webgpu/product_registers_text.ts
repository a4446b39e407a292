import { each, sumsText } from "./product_sums_text.ts";
import type { Product } from "./product_text.ts";

/** Threads of a work-group: a vector of the processor. */
export const registerThreads = 8;

/** So many tiles, that all cores have some, and products, that larger tiles make up for the time they take to compile. */
const enoughTiles = 32, enoughProducts = 2 ** 23;

/**
 * Rows and columns of a thread's tile. What is read serves the whole tile, and reading costs most of all; where entries
 * are read one by one, large tiles would make long programs.
 */
export function registerTile(
  { rows, columns, inner, batch = 1, a, b }: Product,
): readonly [rows: number, columns: number] {
  const fitting = (length: number): number => length > 8 ? 16 : length > 4 ? 8 : 4;
  const [high, wide] = [fitting(rows), fitting(columns)];
  const tiles = batch * Math.ceil(rows / high) * Math.ceil(columns / wide);
  const large = tiles >= enoughTiles && batch * rows * columns * inner >= enoughProducts;
  return a.fours && b.fours && large ? [high, wide] : [Math.min(high, 8), Math.min(wide, 8)];
}

/**
 * A thread keeps some rows of some vectors of four results in registers of their own names, and takes four k at a time:
 * all of b first, then a row after another, so that each result is taken up once.
 */
export function registersText(product: Product, place: string): string {
  const { name, rows, columns, inner, a, b, perColumn, sums, storesFours } = product,
    [high, wide] = registerTile(product);
  const vectors = wide / 4, whole = inner - inner % 4;
  const clamped = (start: string, i: number, length: number, tile: number, step: number): string =>
    length % tile === 0 ? `${start} + ${i * step}u` : `min(${start} + ${i * step}u, ${length - step}u)`;
  const [stepA, stepB] = [a.fours && a.along === "r" ? 4 : 1, b.fours && b.along === "c" ? 4 : 1];
  const names = Array.from({ length: high * vectors }, (_, i) => nameOf(Math.floor(i / vectors), i % vectors));
  if (sums !== undefined) names.push(...Array.from({ length: vectors }, (_, g) => `t${g}`));
  const inside = (inRow: readonly string[], c: string): string[] =>
    columns % wide === 0 ? [...inRow] : [...inRow, `${c} < ${columns}u`];
  const store = (call: string, values: readonly ((g: number) => string)[], inRow: readonly string[]): string =>
    each(vectors, (g) =>
      each(storesFours ? 1 : 4, (j) => {
        const c = `side + ${4 * g + j}u`, stored = values.map((value) => storesFours ? value(g) : `${value(g)}[${j}]`);
        const text = `${call}${c}, ${stored.join(", ")});`, conditions = inside(inRow, c);
        return conditions.length === 0 ? text : `if (${conditions.join(" && ")}) { ${text} }`;
      }));
  const q = (g: number): string => { // read once, not for each row
    const at = (j: number): string => `${name}_q(min(side + ${4 * g + j}u, ${columns - (storesFours ? 4 : 1)}u))`;
    return `let q${g} = ${storesFours ? at(0) : `vec4f(${each(4, at, ", ")})`};`;
  };
  return `fn ${name}(tile: u32) {
  ${place}
  ${each(high / stepA, (i) => `let r${i} = ${clamped("top", i, rows, high, stepA)};`)}
  ${each(wide / stepB, (i) => `let c${i} = ${clamped("side", i, columns, wide, stepB)};`)}
  ${sumsText(names, whole, 4, added(product, "k", 4))}
  ${inner === whole ? "" : `{ ${added(product, `${whole}u`, inner - whole)} }`}
  ${perColumn === undefined ? "" : each(vectors, q)}
  ${
    each(high, (i) => {
      const values = [(g: number) => nameOf(i, g), ...perColumn === undefined ? [] : [(g: number) => `q${g}`]];
      return store(`${name}_store(n, top + ${i}u, `, values, rows % high === 0 ? [] : [`top + ${i}u < ${rows}u`]);
    })
  }
  ${sums === undefined ? "" : store(`${name}_sums(`, [(g) => `t${g}`], ["top == 0u"])}
}`;
}

function nameOf(row: number, vector: number): string {
  return `s${row}_${vector}`;
}

/** Statements that add the products of `count` k from `k` on. */
function added(product: Product, k: string, count: number): string {
  const { name, a, b, sums } = product, [high, wide] = registerTile(product), vectors = wide / 4;
  const readA = (i: number, d: number): string => `${name}_a(n, r${i}, ${k} + ${d}u)`;
  const readB = (d: number, j: number): string => `${name}_b(n, ${k} + ${d}u, c${j})`;
  const alongK = b.fours && b.along === "k";
  const vectorOfB = (d: number, g: number): string => {
    if (b.fours && !alongK) return readB(d, g);
    return `vec4f(${each(4, (j) => alongK ? `b${4 * g + j}[${d}]` : readB(d, 4 * g + j), ", ")})`;
  };
  const row = (i: number, entry: (d: number) => string): string =>
    each(vectors, (g) => each(count, (d) => `${nameOf(i, g)} += ${entry(d)} * w${d}_${g};`, " "), " ");
  const rows = (): string => {
    if (!a.fours) {
      return each(
        high,
        (i) => `{ ${each(count, (d) => `let a${d} = ${readA(i, d)};`, " ")} ${row(i, (d) => `a${d}`)} }`,
      );
    }
    if (a.along === "k") return each(high, (i) => `{ let a = ${readA(i, 0)}; ${row(i, (d) => `a[${d}]`)} }`);
    return each(high / 4, (q) =>
      `{ ${each(count, (d) => `let a${d} = ${readA(q, d)};`, " ")}
      ${each(4, (j) => row(4 * q + j, (d) => `a${d}[${j}]`))} }`);
  };
  return [
    alongK ? each(wide, (j) => `let b${j} = ${readB(0, j)};`) : "",
    each(vectors, (g) => each(count, (d) => `let w${d}_${g} = ${vectorOfB(d, g)};`)),
    rows(),
    sums === undefined ? "" : each(vectors, (g) => each(count, (d) => `t${g} += w${d}_${g};`, " ")),
  ].join("\n    ");
}
