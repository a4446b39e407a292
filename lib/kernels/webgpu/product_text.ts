import type { Tiling } from "./tiling.ts";

/** A product of matrices, v[r, c] = Σ_k a[r, k] b[k, c], `batch` times over, as WGSL sees its entries. */
export interface Product {
  /** A name for its functions. */
  readonly name: string;
  readonly batch?: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** An expression in n (of the batch), r and k, and the index along which its memory runs. */
  readonly a: readonly [expression: string, along: "r" | "k"];
  /** An expression in n, k and c. */
  readonly b: readonly [expression: string, along: "k" | "c"];
  /** A statement in n, r, c and v. */
  readonly store: string;
}

/** Products side by side in one dispatch, each with work-groups of its own. */
export interface ProductText {
  readonly text: string;
  readonly threads: number;
  readonly groups: number;
}

/** Sums of more products than this are added up piece by piece, so that rounding does not pile up. */
const piece = 256;

/** WGSL of products that do not need each other. */
export function productText(products: readonly Product[], tiling: Tiling): ProductText {
  const shared = tiling.product === "shared", threads = shared ? 256 : 64;
  const parts = products.map((product) => {
    const [tileRows, tileColumns] = shared ? [64, 64] : [8, 4];
    const across = Math.ceil(product.columns / tileColumns), down = Math.ceil(product.rows / tileRows);
    const tiles = (product.batch ?? 1) * across * down;
    const groups = shared ? tiles : Math.ceil(tiles / threads);
    return { product, across, down, tiles, groups };
  });
  let first = 0;
  const calls = parts.map(({ product: { name }, tiles, groups }) => {
    const from = first;
    first += groups;
    const own = shared ? `${name}(group - ${from}u, lane)` : `let tile = (group - ${from}u) * 64u + lane;
    if (tile < ${tiles}u) { ${name}(tile); }`;
    return `if (group >= ${from}u && group < ${first}u) {
    ${own};
  }`;
  });
  const text = [
    shared ? "var<workgroup> left: array<f32, 1040>;\nvar<workgroup> right: array<f32, 1040>;" : "",
    ...parts.map(({ product, across, down }) =>
      entries(product) + (shared ? byTiles : byRegisters)(product, across, down)
    ),
    `fn run(group: u32, lane: u32) {\n  ${calls.join("\n  ")}\n}`,
  ].join("\n");
  return { text, threads, groups: first };
}

function entries({ name, a, b, store }: Product): string {
  return `fn ${name}_a(n: u32, r: u32, k: u32) -> f32 { return ${a[0]}; }
fn ${name}_b(n: u32, k: u32, c: u32) -> f32 { return ${b[0]}; }
fn ${name}_store(n: u32, r: u32, c: u32, v: f32) { ${store} }
`;
}

/** Where a tile lies: n of the batch, its first row and column. */
function place(across: number, down: number, tileRows: number, tileColumns: number): string {
  return `let n = tile / ${across * down}u; let within = tile % ${across * down}u;
  let r0 = within / ${across}u * ${tileRows}u; let c0 = within % ${across}u * ${tileColumns}u;`;
}

const each = (count: number, text: (i: number) => string, separator = "\n  "): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(separator);

/** The sums of a tile's rows, `s0` …, over `k` by `step`; `body` adds those from k to k + step. */
function sums(count: number, inner: number, step: number, body: string): string {
  const clear = (name: string): string => each(count, (i) => `var ${name}${i} = vec4f();`, " ");
  if (inner <= piece) return `${clear("s")}\n  for (var k = 0u; k < ${inner}u; k += ${step}u) {\n${body}\n  }`;
  return `${clear("s")}
  for (var start = 0u; start < ${inner}u; start += ${piece}u) {
  ${each(count, (i) => `let t${i} = s${i}; s${i} = vec4f();`, " ")}
  for (var k = start; k < min(start + ${piece}u, ${inner}u); k += ${step}u) {\n${body}\n  }
  ${each(count, (i) => `s${i} += t${i};`, " ")}
  }`;
}

function stores(product: Product, count: number, row: (i: number) => string, column: string): string {
  const { name, rows, columns } = product;
  return each(count, (i) =>
    each(4, (j) => {
      const call = `${name}_store(n, ${row(i)}, ${column} + ${j}u, s${i}[${j}]);`;
      return `if (${row(i)} < ${rows}u && ${column} + ${j}u < ${columns}u) { ${call} }`;
    }));
}

/** A thread keeps 8 rows of 4 results in registers of their own names, which compilers keep there. */
function byRegisters(product: Product, across: number, down: number): string {
  const { name, rows, columns, inner } = product;
  const body = `    let b = vec4f(${each(4, (j) => `${name}_b(n, k, c${j}x)`, ", ")});
  ${each(8, (i) => `s${i} += ${name}_a(n, r${i}x, k) * b;`)}`;
  return `fn ${name}(tile: u32) {
  ${place(across, down, 8, 4)}
  ${each(8, (i) => `let r${i}x = min(r0 + ${i}u, ${rows - 1}u);`)}
  ${each(4, (j) => `let c${j}x = min(c0 + ${j}u, ${columns - 1}u);`)}
  ${sums(8, inner, 1, body)}
  ${stores(product, 8, (i) => `r0 + ${i}u`, "c0")}
}`;
}

/** 256 threads bring 64 × 16 of a and 16 × 64 of b into shared memory, then each keeps 4 × 4 results. */
function byTiles(product: Product, across: number, down: number): string {
  const { name, rows, columns, inner, a, b } = product;
  const bring = (along: boolean, i: number): string =>
    along // 16 neighbours along k, or 64 along the other index
      ? `let e = lane + ${256 * i}u; let d = e % 16u; let o = e / 16u;`
      : `let e = lane + ${256 * i}u; let d = e / 64u; let o = e % 64u;`;
  const inside = (call: string): string => inner % 16 === 0 ? call : `select(0.0, ${call}, k + d < ${inner}u)`;
  const at = inner % 16 === 0 ? "k + d" : `min(k + d, ${inner - 1}u)`;
  const body = `    ${
    each(4, (i) =>
      `{ ${bring(a[1] === "k", i)} left[d * 65u + o] = ${inside(`${name}_a(n, min(r0 + o, ${rows - 1}u), ${at})`)}; }`)
  }
    ${
    each(4, (i) =>
      `{ ${bring(b[1] === "k", i)} right[d * 65u + o] = ${
        inside(`${name}_b(n, ${at}, min(c0 + o, ${columns - 1}u))`)
      }; }`)
  }
    workgroupBarrier();
    for (var d = 0u; d < 16u; d++) {
      let l = d * 65u + y * 4u; let g = d * 65u + x * 4u;
      let b = vec4f(right[g], right[g + 1u], right[g + 2u], right[g + 3u]);
      ${each(4, (i) => `s${i} += left[l + ${i}u] * b;`)}
    }
    workgroupBarrier();`;
  return `fn ${name}(tile: u32, lane: u32) {
  ${place(across, down, 64, 64)}
  let y = lane / 16u; let x = lane % 16u;
  ${sums(4, inner, 16, body)}
  ${stores(product, 4, (i) => `r0 + y * 4u + ${i}u`, "c0 + x * 4u")}
}`;
}
