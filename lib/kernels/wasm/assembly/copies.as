// Copies of many equal runs, and the transpose of a matrix.

/** Copies count runs of bytes each; source and target go on by their own steps. The two do not overlap. */
export function copyRuns(
  count: i32, bytes: i32, source: usize, sourceStep: usize, target: usize, targetStep: usize,
): void {
  const whole = <usize>(bytes & ~15), end = <usize>bytes;
  for (let i = 0; i < count; i++) {
    if (bytes > 1024) memory.copy(target, source, end);
    else {
      for (let o: usize = 0; o < whole; o += 16) v128.store(target + o, v128.load(source + o));
      let o = whole;
      for (; o + 4 <= end; o += 4) i32.store(target + o, i32.load(source + o));
      for (; o < end; o++) store<u8>(target + o, load<u8>(source + o));
    }
    source += sourceStep;
    target += targetStep;
  }
}

/** y [columns, rows] = the transpose of x [rows, columns], by blocks of 4 × 4. */
export function transpose(rows: i32, columns: i32, x: usize, y: usize): void {
  const xLine = <usize>(columns * 4), yLine = <usize>(rows * 4);
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    let s = x + <usize>r * xLine, d = y + <usize>(r * 4), c = 0;
    for (; c + 4 <= columns; c += 4) {
      const x0 = v128.load(s), x1 = v128.load(s + xLine), x2 = v128.load(s + 2 * xLine), x3 = v128.load(s + 3 * xLine);
      const t0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7), t3 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(d, v128.shuffle<f64>(t0, t1, 0, 2));
      v128.store(d + yLine, v128.shuffle<f64>(t0, t1, 1, 3));
      v128.store(d + 2 * yLine, v128.shuffle<f64>(t2, t3, 0, 2));
      v128.store(d + 3 * yLine, v128.shuffle<f64>(t2, t3, 1, 3));
      s += 16;
      d += 4 * yLine;
    }
    for (; c < columns; c++) {
      for (let i: usize = 0; i < 4; i++) f32.store(d + 4 * i, f32.load(s + i * xLine));
      s += 4;
      d += yLine;
    }
  }
  for (; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      f32.store(y + <usize>c * yLine + <usize>(r * 4), f32.load(x + <usize>r * xLine + <usize>(c * 4)));
    }
  }
}
