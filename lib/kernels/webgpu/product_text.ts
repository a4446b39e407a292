import { registersText, registerThreads, registerTile } from "./product_registers_text.ts";
import { tileSide, tilesMemory, tilesText, tileThreads } from "./product_tiles_text.ts";
import type { Tiling } from "./tiling.ts";

/** An operand of a product, as WGSL sees its entries: an expression in n (of the batch), k and r or c. */
export interface Operand<Along extends string> {
  /** The index along which its memory runs. */
  readonly along: Along;
  /** An entry, or a vector of four from there on along its memory. */
  readonly read: string;
  /** Whether `read` gives a vector; then the length along its memory is a multiple of four. For `registers` alone. */
  readonly fours: boolean;
}

/** A product of matrices, v[r, c] = Σ_k a[r, k] b[k, c], `batch` times over, as WGSL sees its entries. */
export interface Product {
  /** A name for its functions. */
  readonly name: string;
  readonly batch?: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly a: Operand<"r" | "k">;
  readonly b: Operand<"k" | "c">;
  /** A statement in n, r, c and v, an entry or four neighbours of a row where `storesFours`, and q, if there is one. */
  readonly store: string;
  readonly storesFours: boolean;
  /** An expression in c, q, which does not depend on the row; four of them where `storesFours`. */
  readonly perColumn?: string;
  /** A statement in c and v for Σ_k b[k, c]; like `store`, four of them where `storesFours`. Only without a batch. */
  readonly sums?: string;
}

/** Products side by side in one dispatch, each with work-groups of its own. */
export interface ProductText {
  readonly text: () => string;
  readonly threads: number;
  readonly groups: number;
}

/** WGSL of products that do not need each other. */
export function productText(products: readonly Product[], tiling: Tiling): ProductText {
  const shared = tiling.product === "shared", threads = shared ? tileThreads : registerThreads;
  const parts = products.map((product) => {
    const [tileRows, tileColumns] = shared ? [tileSide, tileSide] : registerTile(product);
    const across = Math.ceil(product.columns / tileColumns), down = Math.ceil(product.rows / tileRows);
    const tiles = (product.batch ?? 1) * across * down, groups = shared ? tiles : Math.ceil(tiles / threads);
    // Where a tile lies: n of the batch, its first row and column.
    const place = `let n = tile / ${across * down}u; let within = tile % ${across * down}u;
  let top = within / ${across}u * ${tileRows}u; let side = within % ${across}u * ${tileColumns}u;`;
    const call = (group: string): string =>
      shared
        ? `${product.name}(${group}, lane);`
        : `let tile = (${group}) * ${threads}u + lane; if (tile < ${tiles}u) { ${product.name}(tile); }`;
    const text = (): string => entries(product) + (shared ? tilesText : registersText)(product, place);
    return { groups, call, text };
  });
  const run = shared || parts.length !== 2 ? inTurn(parts) : mixed(parts[0]!, parts[1]!);
  const text = (): string => [shared ? tilesMemory : "", ...parts.map(({ text }) => text()), run].join("\n");
  return { text, threads, groups: parts.reduce((sum, { groups }) => sum + groups, 0) };
}

interface Part {
  readonly groups: number;
  readonly call: (group: string) => string;
}

/** The groups of one after those of another. */
function inTurn(parts: readonly Part[]): string {
  let first = 0;
  const calls = parts.map(({ groups, call }) => {
    const from = first;
    first += groups;
    return `if (group >= ${from}u && group < ${first}u) { ${call(`group - ${from}u`)} }`;
  });
  return `fn run(group: u32, lane: u32) {\n  ${calls.join("\n  ")}\n}`;
}

/** The groups of both evenly mixed: a processor gives each of its threads a stretch of them, and one may be heavier. */
function mixed(one: Part, other: Part): string {
  const all = one.groups + other.groups;
  return `fn run(group: u32, lane: u32) {
  let before = group * ${other.groups}u / ${all}u;
  if ((group + 1u) * ${other.groups}u / ${all}u > before) { ${other.call("before")} } else { ${
    one.call("group - before")
  } }
}`;
}

function entries({ name, a, b, store, storesFours, perColumn, sums }: Product): string {
  const type = (fours: boolean): string => fours ? "vec4f" : "f32";
  const functions = [
    `fn ${name}_a(n: u32, r: u32, k: u32) -> ${type(a.fours)} { return ${a.read}; }`,
    `fn ${name}_b(n: u32, k: u32, c: u32) -> ${type(b.fours)} { return ${b.read}; }`,
    `fn ${name}_store(n: u32, r: u32, c: u32, v: ${type(storesFours)}${
      perColumn === undefined ? "" : `, q: ${type(storesFours)}`
    }) { ${store} }`,
  ];
  if (perColumn !== undefined) functions.push(`fn ${name}_q(c: u32) -> ${type(storesFours)} { return ${perColumn}; }`);
  if (sums !== undefined) functions.push(`fn ${name}_sums(c: u32, v: ${type(storesFours)}) { ${sums} }`);
  return functions.join("\n") + "\n";
}
