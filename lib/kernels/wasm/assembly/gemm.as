// The product of two matrices: blocks that fit the caches, packed into panels, multiplied tile by tile.
import { packColumns, packRows } from "./pack";
import { COLUMNS, ROWS, tile } from "./micro_kernel";

/** Block sizes: inner (a panel of b stays in the first cache), rows (a block of a in the second), columns (b in the third). */
const INNER: i32 = 256;
const BLOCK_ROWS: i32 = 96;
const BLOCK_COLUMNS: i32 = 512;

const TILE_AT: usize = <usize>(BLOCK_ROWS * INNER * 4);
const B_AT: usize = TILE_AT + <usize>(ROWS * COLUMNS * 4);

/** Bytes of scratch that gemm wants. */
export function gemmScratchBytes(): usize {
  return B_AT + <usize>(BLOCK_COLUMNS * INNER * 4);
}

/**
 * c = op(a) op(b), or c += op(a) op(b) if add. op(a) is [m, k], op(b) [k, n], c [m, n], all row-major, with row lengths
 * lda, ldb, ldc in floats; op transposes where ta, tb are not 0. With k = 0 and not add, c becomes zero.
 */
export function gemm(
  ta: i32, tb: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, add: i32, c: usize, ldc: i32, scratch: usize,
): void {
  const la = <usize>(lda * 4), lb = <usize>(ldb * 4), lc = <usize>(ldc * 4);
  if (k == 0 && add == 0) {
    for (let i = 0; i < m; i++) memory.fill(c + <usize>i * lc, 0, <usize>(n * 4));
  }
  for (let j0 = 0; j0 < n; j0 += BLOCK_COLUMNS) {
    const nc = min(BLOCK_COLUMNS, n - j0);
    for (let k0 = 0; k0 < k; k0 += INNER) {
      const kc = min(INNER, k - k0), adds = add != 0 || k0 > 0;
      if (tb != 0) packRows(scratch + B_AT, b + <usize>j0 * lb + <usize>(k0 * 4), lb, nc, kc, COLUMNS);
      else packColumns(scratch + B_AT, b + <usize>k0 * lb + <usize>(j0 * 4), lb, nc, kc, COLUMNS);
      for (let i0 = 0; i0 < m; i0 += BLOCK_ROWS) {
        const mc = min(BLOCK_ROWS, m - i0);
        if (ta != 0) packColumns(scratch, a + <usize>k0 * la + <usize>(i0 * 4), la, mc, kc, ROWS);
        else packRows(scratch, a + <usize>i0 * la + <usize>(k0 * 4), la, mc, kc, ROWS);
        block(mc, nc, kc, scratch, c + <usize>i0 * lc + <usize>(j0 * 4), lc, adds);
      }
    }
  }
}

/** One packed block of a times one packed block of b. */
function block(m: i32, n: i32, k: i32, scratch: usize, c: usize, lc: usize, add: bool): void {
  for (let j = 0; j < n; j += COLUMNS) {
    const panel = scratch + B_AT + <usize>(j * k * 4);
    for (let i = 0; i < m; i += ROWS) {
      const target = c + <usize>i * lc + <usize>(j * 4), strip = scratch + <usize>(i * k * 4);
      if (i + ROWS <= m && j + COLUMNS <= n) tile(k, strip, panel, target, lc, add);
      else {
        tile(k, strip, panel, scratch + TILE_AT, <usize>(COLUMNS * 4), false);
        copyPart(scratch + TILE_AT, target, lc, min(ROWS, m - i), min(COLUMNS, n - j), add);
      }
    }
  }
}

/** Copies or adds the part of a tile that lies inside c. */
function copyPart(source: usize, target: usize, lc: usize, rows: i32, columns: i32, add: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < <usize>(columns * 4); j += 4) {
      const v = f32.load(source + j);
      f32.store(target + j, add ? f32.load(target + j) + v : v);
    }
    source += <usize>(COLUMNS * 4);
    target += lc;
  }
}
