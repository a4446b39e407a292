// Copies an operand of a product into panels, as the micro-kernel reads them; the transpose happens here.

/** Element (r, k) lies at source + r rowBytes + 4 k. Panels of width rows: [panel][k][width], missing rows are zero. */
export function packRows(target: usize, source: usize, rowBytes: usize, rows: i32, inner: i32, width: i32): void {
  const step = <usize>(width * 4);
  for (let r0 = 0; r0 < rows; r0 += width) {
    const full = min(width, rows - r0);
    const base = source + <usize>r0 * rowBytes, panel = target + <usize>(r0 * inner * 4);
    let r = 0;
    for (; r + 4 <= full; r += 4) packFour(panel + <usize>(r * 4), base + <usize>r * rowBytes, rowBytes, inner, step);
    for (; r < full; r++) {
      let s = base + <usize>r * rowBytes, d = panel + <usize>(r * 4);
      for (let k = 0; k < inner; k++) {
        f32.store(d, f32.load(s));
        s += 4;
        d += step;
      }
    }
    for (; r < width; r++) {
      let d = panel + <usize>(r * 4);
      for (let k = 0; k < inner; k++) {
        f32.store(d, 0);
        d += step;
      }
    }
  }
}

/** Four rows at once, turned as 4 × 4 blocks. */
function packFour(target: usize, source: usize, rowBytes: usize, inner: i32, step: usize): void {
  let s0 = source, s1 = s0 + rowBytes, s2 = s1 + rowBytes, s3 = s2 + rowBytes, d = target;
  let k = 0;
  for (; k + 4 <= inner; k += 4) {
    const x0 = v128.load(s0), x1 = v128.load(s1), x2 = v128.load(s2), x3 = v128.load(s3);
    const t0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
    const t2 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7), t3 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
    v128.store(d, v128.shuffle<f64>(t0, t1, 0, 2));
    v128.store(d + step, v128.shuffle<f64>(t0, t1, 1, 3));
    v128.store(d + 2 * step, v128.shuffle<f64>(t2, t3, 0, 2));
    v128.store(d + 3 * step, v128.shuffle<f64>(t2, t3, 1, 3));
    d += 4 * step;
    s0 += 16;
    s1 += 16;
    s2 += 16;
    s3 += 16;
  }
  for (; k < inner; k++) {
    f32.store(d, f32.load(s0));
    f32.store(d, f32.load(s1), 4);
    f32.store(d, f32.load(s2), 8);
    f32.store(d, f32.load(s3), 12);
    d += step;
    s0 += 4;
    s1 += 4;
    s2 += 4;
    s3 += 4;
  }
}

/** The same with element (r, k) at source + k rowBytes + 4 r; width must be 4 or 8. */
export function packColumns(target: usize, source: usize, rowBytes: usize, rows: i32, inner: i32, width: i32): void {
  let d = target;
  for (let r0 = 0; r0 < rows; r0 += width) {
    const full = min(width, rows - r0);
    let s = source + <usize>(r0 * 4);
    if (full == 8) {
      for (let k = 0; k < inner; k++) {
        v128.store(d, v128.load(s));
        v128.store(d, v128.load(s, 16), 16);
        s += rowBytes;
        d += 32;
      }
    } else if (full == 4 && width == 4) {
      for (let k = 0; k < inner; k++) {
        v128.store(d, v128.load(s));
        s += rowBytes;
        d += 16;
      }
    } else {
      for (let k = 0; k < inner; k++) {
        let r = 0;
        for (; r < full; r++) f32.store(d + <usize>(r * 4), f32.load(s + <usize>(r * 4)));
        for (; r < width; r++) f32.store(d + <usize>(r * 4), 0);
        s += rowBytes;
        d += <usize>(width * 4);
      }
    }
  }
}
