// Running means of outer products, and their gradient. One output needs no inner axis, so it has loops of its own; with
// more, scratch holds rows padded to whole vectors: the running sums [features, padded], then one row of c [padded].
import { loadPart, madd, splat, storePart, sumLanes } from "./vector";

/** Floats of scratch. */
export function outerPrefixMeanScratch(features: i32, outputs: i32): i32 {
  return outputs == 1 ? features : (features + 1) * ((outputs + 3) & ~3);
}

/** y [tasks, n, features, outputs], at i the mean over j ≤ i of x_j ⊗ c_j; x [tasks, n, features], c [tasks, n, outputs]. */
export function outerPrefixMean(
  tasks: i32, n: i32, features: i32, outputs: i32, x: usize, c: usize, y: usize, scratch: usize,
): void {
  const padded = (outputs + 3) & ~3, bytes = <usize>((outputs == 1 ? features : features * padded) * 4);
  for (let t = 0; t < tasks; t++) {
    memory.fill(scratch, 0, bytes);
    for (let i = 1; i <= n; i++) {
      const inverse: f32 = 1 / <f32>i;
      if (outputs == 1) meanOfOne(features, x, f32.load(c), y, scratch, inverse);
      else {
        memory.copy(scratch + bytes, c, <usize>(outputs * 4));
        meanOfMany(features, outputs, padded, x, scratch + bytes, y, scratch, inverse);
      }
      x += <usize>(features * 4);
      c += <usize>(outputs * 4);
      y += <usize>(features * outputs * 4);
    }
  }
}

function meanOfOne(features: i32, x: usize, c: f32, y: usize, sums: usize, inverse: f32): void {
  const line = <usize>(features * 4), whole = <usize>((features & ~3) * 4), v = splat(c), s = splat(inverse);
  for (let o: usize = 0; o < whole; o += 16) {
    const sum = madd(v128.load(x + o), v, v128.load(sums + o));
    v128.store(sums + o, sum);
    v128.store(y + o, f32x4.mul(sum, s));
  }
  for (let o = whole; o < line; o += 4) {
    const sum = f32.load(sums + o) + f32.load(x + o) * c;
    f32.store(sums + o, sum);
    f32.store(y + o, sum * inverse);
  }
}

function meanOfMany(
  features: i32, outputs: i32, padded: i32, x: usize, c: usize, y: usize, sums: usize, inverse: f32,
): void {
  const s = splat(inverse);
  for (let f = 0; f < features; f++) {
    const v = v128.load32_splat(x + <usize>(f * 4));
    for (let o = 0; o < outputs; o += 4) {
      const at = <usize>(o * 4), sum = madd(v, v128.load(c + at), v128.load(sums + at)), part = outputs - o;
      v128.store(sums + at, sum);
      if (part >= 4) v128.store(y + at, f32x4.mul(sum, s));
      else storePart(y + at, f32x4.mul(sum, s), part);
    }
    sums += <usize>(padded * 4);
    y += <usize>(outputs * 4);
  }
}

/** dc [tasks, n, outputs]: at j, x_j times the sum over i ≥ j of dy_i / (i + 1). */
export function outerPrefixMeanGradient(
  tasks: i32, n: i32, features: i32, outputs: i32, x: usize, dy: usize, dc: usize, scratch: usize,
): void {
  const padded = (outputs + 3) & ~3, bytes = <usize>((outputs == 1 ? features : features * padded) * 4);
  const xLine = <usize>(features * 4), cLine = <usize>(outputs * 4), yLine = <usize>(features * outputs * 4);
  for (let t = 0; t < tasks; t++) {
    memory.fill(scratch, 0, bytes);
    let xi = x + xLine * <usize>n, ci = dc + cLine * <usize>n, yi = dy + yLine * <usize>n;
    for (let i = n; i > 0; i--) {
      const inverse: f32 = 1 / <f32>i;
      xi -= xLine;
      ci -= cLine;
      yi -= yLine;
      if (outputs == 1) f32.store(ci, dotOfOne(features, xi, yi, scratch, inverse));
      else {
        dotOfMany(features, outputs, padded, xi, yi, scratch, scratch + bytes, inverse);
        memory.copy(ci, scratch + bytes, cLine);
      }
    }
    x += xLine * <usize>n;
    dc += cLine * <usize>n;
    dy += yLine * <usize>n;
  }
}

function dotOfOne(features: i32, x: usize, dy: usize, sums: usize, inverse: f32): f32 {
  const line = <usize>(features * 4), whole = <usize>((features & ~3) * 4), s = splat(inverse);
  let dots = splat(0);
  for (let o: usize = 0; o < whole; o += 16) {
    const sum = madd(v128.load(dy + o), s, v128.load(sums + o));
    v128.store(sums + o, sum);
    dots = madd(v128.load(x + o), sum, dots);
  }
  let dot = sumLanes(dots);
  for (let o = whole; o < line; o += 4) {
    const sum = f32.load(sums + o) + f32.load(dy + o) * inverse;
    f32.store(sums + o, sum);
    dot += f32.load(x + o) * sum;
  }
  return dot;
}

function dotOfMany(
  features: i32, outputs: i32, padded: i32, x: usize, dy: usize, sums: usize, dots: usize, inverse: f32,
): void {
  const s = splat(inverse);
  memory.fill(dots, 0, <usize>(padded * 4));
  for (let f = 0; f < features; f++) {
    const v = v128.load32_splat(x + <usize>(f * 4));
    for (let o = 0; o < outputs; o += 4) {
      const at = <usize>(o * 4), part = outputs - o;
      const d = part >= 4 ? v128.load(dy + at) : loadPart(dy + at, part, splat(0));
      const sum = madd(d, s, v128.load(sums + at));
      v128.store(sums + at, sum);
      v128.store(dots + at, madd(v, sum, v128.load(dots + at)));
    }
    sums += <usize>(padded * 4);
    dy += <usize>(outputs * 4);
  }
}
