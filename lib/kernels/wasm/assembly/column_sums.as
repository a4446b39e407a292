// Sums over rows, four rows at a time so that the sums are seldom loaded and stored.

/** sums [width] = the sum over rows of x [rows, width]. */
export function columnSums(rows: i32, width: i32, x: usize, sums: usize): void {
  const line = <usize>(width * 4), whole = <usize>((width & ~3) * 4);
  memory.fill(sums, 0, line);
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    const x1 = x + line, x2 = x1 + line, x3 = x2 + line;
    for (let o: usize = 0; o < whole; o += 16) {
      const a = f32x4.add(v128.load(x + o), v128.load(x1 + o)), b = f32x4.add(v128.load(x2 + o), v128.load(x3 + o));
      v128.store(sums + o, f32x4.add(v128.load(sums + o), f32x4.add(a, b)));
    }
    for (let o = whole; o < line; o += 4) {
      const a = f32.load(x + o) + f32.load(x1 + o), b = f32.load(x2 + o) + f32.load(x3 + o);
      f32.store(sums + o, f32.load(sums + o) + (a + b));
    }
    x += 4 * line;
  }
  for (; r < rows; r++) {
    for (let o: usize = 0; o < whole; o += 16) v128.store(sums + o, f32x4.add(v128.load(sums + o), v128.load(x + o)));
    for (let o = whole; o < line; o += 4) f32.store(sums + o, f32.load(sums + o) + f32.load(x + o));
    x += line;
  }
}

/** product = x y, all [rows, width]; sums [width] = its sum over rows. product may be x or y. */
export function multiplyAndSum(rows: i32, width: i32, x: usize, y: usize, product: usize, sums: usize): void {
  const line = <usize>(width * 4), whole = <usize>((width & ~3) * 4);
  memory.fill(sums, 0, line);
  for (let r = 0; r < rows; r++) {
    for (let o: usize = 0; o < whole; o += 16) {
      const v = f32x4.mul(v128.load(x + o), v128.load(y + o));
      v128.store(product + o, v);
      v128.store(sums + o, f32x4.add(v128.load(sums + o), v));
    }
    for (let o = whole; o < line; o += 4) {
      const v = f32.load(x + o) * f32.load(y + o);
      f32.store(product + o, v);
      f32.store(sums + o, f32.load(sums + o) + v);
    }
    x += line;
    y += line;
    product += line;
  }
}
