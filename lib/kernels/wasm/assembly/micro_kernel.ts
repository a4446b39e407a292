/** Rows of a register tile of the product. */
export const tileRows = 4;

/** Columns of a register tile: two vectors of four. */
export const tileColumns = 8;

/** Steps along the inner axis per turn of the loop; 2 was best of 1, 2, 4 with 4 × 8 (CPU.md). */
const unrolled = 2;

/**
 * AssemblyScript for `tile(inner, a, b, c, rowBytes, add)`: c (+)= a b for one full tile, a and b packed as
 * [inner][tileRows] and [inner][tileColumns]. Written by a program, since AssemblyScript has no arrays of registers.
 */
export function microKernel(): string {
  const vectors = tileColumns / 4, rows = [...Array(tileRows).keys()], parts = [...Array(vectors).keys()];
  const all = rows.flatMap((i) => parts.map((j) => `c${i}_${j}`));
  const step = (u: number): string =>
    [
      ...parts.map((j) => `    b${j} = v128.load(b, ${(u * tileColumns + 4 * j) * 4});`),
      ...rows.flatMap((i) => [
        `    x = v128.load32_splat(a, ${(u * tileRows + i) * 4});`,
        ...parts.map((j) => `    c${i}_${j} = madd(x, b${j}, c${i}_${j});`),
      ]),
    ].join("\n");
  const loop = (count: string, u: number): string =>
    `  for (let k = ${count}; k > 0; k--) {
${[...Array(u).keys()].map(step).join("\n")}
    a += ${u * tileRows * 4};
    b += ${u * tileColumns * 4};
  }`;
  const store = (value: (name: string, offset: number) => string): string =>
    rows.map((i) =>
      parts.map((j) => `    v128.store(c, ${value(`c${i}_${j}`, 16 * j)}, ${16 * j});`).join("\n") +
      (i + 1 < tileRows ? "\n    c += rowBytes;" : "")
    ).join("\n");
  return `import { madd } from "./vector";
export const ROWS: i32 = ${tileRows};
export const COLUMNS: i32 = ${tileColumns};
export function tile(inner: i32, a: usize, b: usize, c: usize, rowBytes: usize, add: bool): void {
${all.map((name) => `  let ${name} = f32x4.splat(0);`).join("\n")}
  let x: v128;
${parts.map((j) => `  let b${j}: v128;`).join("\n")}
${loop(`inner / ${unrolled}`, unrolled)}
${loop(`inner % ${unrolled}`, 1)}
  if (add) {
${store((name, offset) => `f32x4.add(v128.load(c, ${offset}), ${name})`)}
  } else {
${store((name) => name)}
  }
}
`;
}
