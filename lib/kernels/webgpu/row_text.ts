import type { Tiling } from "./tiling.ts";

/** How many threads a work-group of rows has, where nothing else shares its dispatch. */
export const rowThreads = 64;

/** Work-groups for so many rows. */
export function rowGroups(rows: number, { lanes }: Tiling, threads: number = rowThreads): number {
  return Math.ceil(rows * lanes / threads);
}

/**
 * WGSL for sums over rows, some threads a row. `own` is the row (the last one's copies beyond `rows`), `mine` whether it
 * counts, `part` which thread of the row this is; a thread takes entries part, part + lanes, …; `total(x, lane)` adds up
 * what the threads of a row have, in a fixed order. With one thread a row there is no barrier.
 */
export function rowText(
  rows: number,
  { lanes }: Tiling,
  threads: number = rowThreads,
): { readonly before: string; readonly place: string } {
  const place = `let row = group * ${threads / lanes}u + lane / ${lanes}u; let mine = row < ${rows}u;
  let own = min(row, ${rows - 1}u); let part = lane % ${lanes}u;`;
  if (lanes === 1) return { before: "fn total(x: f32, lane: u32) -> f32 { return x; }", place };
  const before = `var<workgroup> parts: array<f32, ${threads}>;
fn total(x: f32, lane: u32) -> f32 {
  parts[lane] = x;
  workgroupBarrier();
  let first = lane / ${lanes}u * ${lanes}u;
  var sum = 0.0;
  for (var i = 0u; i < ${lanes}u; i++) { sum += parts[first + i]; }
  workgroupBarrier();
  return sum;
}`;
  return { before, place };
}
