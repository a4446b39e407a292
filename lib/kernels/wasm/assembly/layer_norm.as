// Layer norm over rows, forward and backward.
import { madd, splat, sumLanes } from "./vector";

/** y = (x - mean) / std * gain + bias per row of [rows, width]; stats [rows, 2] = mean, 1/std. */
export function layerNorm(
  rows: i32, width: i32, x: usize, gain: usize, bias: usize, y: usize, stats: usize, epsilon: f32,
): void {
  const count = <f32>width, line = <usize>(width * 4), whole = <usize>((width & ~3) * 4);
  for (let r = 0; r < rows; r++) {
    const mean = rowSum(x, whole, line) / count;
    const scale: f32 = 1 / Mathf.sqrt(squaredDistances(x, whole, line, mean) / count + epsilon);
    f32.store(stats, mean);
    f32.store(stats, scale, 4);
    const m = splat(mean), s = splat(scale);
    for (let o: usize = 0; o < whole; o += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(x + o), m), s);
      v128.store(y + o, madd(v, v128.load(gain + o), v128.load(bias + o)));
    }
    for (let o = whole; o < line; o += 4) {
      f32.store(y + o, (f32.load(x + o) - mean) * scale * f32.load(gain + o) + f32.load(bias + o));
    }
    x += line;
    y += line;
    stats += 8;
  }
}

// @ts-ignore: decorator
@inline function rowSum(x: usize, whole: usize, line: usize): f32 {
  let a = splat(0), b = splat(0), o: usize = 0;
  for (; o + 32 <= whole; o += 32) {
    a = f32x4.add(a, v128.load(x + o));
    b = f32x4.add(b, v128.load(x + o, 16));
  }
  if (o < whole) {
    a = f32x4.add(a, v128.load(x + o));
    o += 16;
  }
  let sum = sumLanes(f32x4.add(a, b));
  for (; o < line; o += 4) sum += f32.load(x + o);
  return sum;
}

// @ts-ignore: decorator
@inline function squaredDistances(x: usize, whole: usize, line: usize, mean: f32): f32 {
  let a = splat(0), b = splat(0), o: usize = 0;
  const m = splat(mean);
  for (; o + 32 <= whole; o += 32) {
    const u = f32x4.sub(v128.load(x + o), m), v = f32x4.sub(v128.load(x + o, 16), m);
    a = madd(u, u, a);
    b = madd(v, v, b);
  }
  if (o < whole) {
    const u = f32x4.sub(v128.load(x + o), m);
    a = madd(u, u, a);
    o += 16;
  }
  let sum = sumLanes(f32x4.add(a, b));
  for (; o < line; o += 4) {
    const u = f32.load(x + o) - mean;
    sum += u * u;
  }
  return sum;
}

/**
 * With n = (x - mean) / std and g = gain dy: dx = (g - mean(g) - n mean(g n)) / std, dgain = the sum over rows of
 * dy n, dbias of dy.
 */
export function layerNormGradient(
  rows: i32, width: i32, x: usize, gain: usize, stats: usize, dy: usize, dx: usize, dgain: usize, dbias: usize,
): void {
  const count = <f32>width, line = <usize>(width * 4), whole = <usize>((width & ~3) * 4);
  memory.fill(dgain, 0, line);
  memory.fill(dbias, 0, line);
  for (let r = 0; r < rows; r++) {
    const mean = f32.load(stats), scale = f32.load(stats, 4), m = splat(mean), s = splat(scale);
    let sums = splat(0), products = splat(0);
    for (let o: usize = 0; o < whole; o += 16) {
      const n = f32x4.mul(f32x4.sub(v128.load(x + o), m), s), d = v128.load(dy + o);
      const g = f32x4.mul(d, v128.load(gain + o));
      sums = f32x4.add(sums, g);
      products = madd(g, n, products);
      v128.store(dgain + o, madd(d, n, v128.load(dgain + o)));
      v128.store(dbias + o, f32x4.add(v128.load(dbias + o), d));
    }
    let sum = sumLanes(sums), product = sumLanes(products);
    for (let o = whole; o < line; o += 4) {
      const n = (f32.load(x + o) - mean) * scale, d = f32.load(dy + o), g = d * f32.load(gain + o);
      sum += g;
      product += g * n;
      f32.store(dgain + o, f32.load(dgain + o) + d * n);
      f32.store(dbias + o, f32.load(dbias + o) + d);
    }
    sum /= count;
    product /= count;
    const a = splat(sum), b = splat(product);
    for (let o: usize = 0; o < whole; o += 16) {
      const n = f32x4.mul(f32x4.sub(v128.load(x + o), m), s), g = f32x4.mul(v128.load(dy + o), v128.load(gain + o));
      v128.store(dx + o, f32x4.mul(s, f32x4.sub(f32x4.sub(g, a), f32x4.mul(n, b))));
    }
    for (let o = whole; o < line; o += 4) {
      const n = (f32.load(x + o) - mean) * scale, g = f32.load(dy + o) * f32.load(gain + o);
      f32.store(dx + o, scale * (g - sum - n * product));
    }
    x += line;
    dy += line;
    dx += line;
    stats += 8;
  }
}
