/** Columns, or fours of them, of a work-group, and threads that share each. */
const columns = 16, shares = 16;

/** Threads of a work-group that sums columns. */
export const columnThreads = columns * shares;

/** Work-groups for so many columns, or fours of them. */
export function columnGroups(width: number): number {
  return Math.ceil(width / columns);
}

/**
 * WGSL `columnsOf(group, lane)`: sums over rows, in a fixed order, as many at a time as there are `terms` (expressions in
 * `r` and `c`), each stored by its statement in `c` and `v`. As `type` vec4f, c counts fours of columns.
 */
export function columnText(
  rows: number,
  width: number,
  terms: readonly { readonly term: string; readonly store: string }[],
  type: "f32" | "vec4f" = "f32",
): string {
  const each = (text: (i: number) => string): string => terms.map((_, i) => text(i)).join("\n    ");
  return `${each((i) => `var<workgroup> column${i}: array<${type}, ${columnThreads}>;`)}
fn columnsOf(group: u32, lane: u32) {
  let c = group * ${columns}u + lane % ${columns}u; let share = lane / ${columns}u;
  ${each((i) => `var s${i} = ${type}();`)}
  if (c < ${width}u) {
    for (var r = share; r < ${rows}u; r += ${shares}u) {
    ${terms.map(({ term }, i) => `s${i} += ${term};`).join("\n    ")}
    }
  }
  ${each((i) => `column${i}[lane] = s${i};`)}
  workgroupBarrier();
  if (lane < ${columns}u && c < ${width}u) {
    ${
    terms.map(({ store }, i) =>
      `{ var v = ${type}(); for (var j = 0u; j < ${shares}u; j++) { v += column${i}[j * ${columns}u + lane]; } ${store} }`
    ).join("\n    ")
  }
  }
}`;
}
