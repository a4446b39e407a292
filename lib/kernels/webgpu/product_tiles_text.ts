import { each, sumsText } from "./product_sums_text.ts";
import type { Product } from "./product_text.ts";

/** Threads of a work-group, and rows and columns of its tile. */
export const tileThreads = 256, tileSide = 64;

/** What all tiles of a dispatch declare. */
export const tilesMemory = "var<workgroup> left: array<f32, 1040>;\nvar<workgroup> right: array<f32, 1040>;";

/** 256 threads bring 64 × 16 of a and 16 × 64 of b into shared memory, then each keeps 4 × 4 results. */
export function tilesText({ name, rows, columns, inner, a, b, perColumn, sums }: Product, place: string): string {
  const bring = (along: boolean, i: number): string =>
    along // 16 neighbours along k, or 64 along the other index
      ? `let e = lane + ${256 * i}u; let d = e % 16u; let o = e / 16u;`
      : `let e = lane + ${256 * i}u; let d = e / 64u; let o = e % 64u;`;
  const inside = (call: string): string => inner % 16 === 0 ? call : `select(0.0, ${call}, k + d < ${inner}u)`;
  const at = inner % 16 === 0 ? "k + d" : `min(k + d, ${inner - 1}u)`;
  const body = `    ${
    each(4, (i) =>
      `{ ${bring(a.along === "k", i)} left[d * 65u + o] = ${
        inside(`${name}_a(n, min(top + o, ${rows - 1}u), ${at})`)
      }; }`)
  }
    ${
    each(4, (i) =>
      `{ ${bring(b.along === "k", i)} right[d * 65u + o] = ${
        inside(`${name}_b(n, ${at}, min(side + o, ${columns - 1}u))`)
      }; }`)
  }
    workgroupBarrier();
    for (var d = 0u; d < 16u; d++) {
      let l = d * 65u + y * 4u; let g = d * 65u + x * 4u;
      let b = vec4f(right[g], right[g + 1u], right[g + 2u], right[g + 3u]);
      ${each(4, (i) => `s${i} += left[l + ${i}u] * b;`)}
      ${sums === undefined ? "" : "t += b;"}
    }
    workgroupBarrier();`;
  const store = (call: string, condition: string, value: string, more: (c: string) => string = () => ""): string =>
    each(4, (j) => {
      const c = `side + x * 4u + ${j}u`;
      return `if (${condition}${c} < ${columns}u) { ${call}${c}, ${value}[${j}]${more(c)}); }`;
    });
  const q = (c: string): string => perColumn === undefined ? "" : `, ${name}_q(${c})`;
  const names = ["s0", "s1", "s2", "s3", ...sums === undefined ? [] : ["t"]];
  return `fn ${name}(tile: u32, lane: u32) {
  ${place}
  let y = lane / 16u; let x = lane % 16u;
  ${sumsText(names, inner, 16, body)}
  ${each(4, (i) => store(`${name}_store(n, top + y * 4u + ${i}u, `, `top + y * 4u + ${i}u < ${rows}u && `, `s${i}`, q))}
  ${sums === undefined ? "" : store(`${name}_sums(`, "top + y == 0u && ", "t")}
}`;
}
