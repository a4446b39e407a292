// Sums of squared differences, and of squares, and their gradient.
import { loadPart, madd, splat, storePart, sumLanes } from "./vector";

/** The sum of (x - y)² over count floats; y = 0 stands for zeros. Summed in double precision every 256 floats. */
// @ts-ignore: decorator
@inline function squares(count: i32, x: usize, y: usize, subtract: bool): f64 {
  let total: f64 = 0;
  for (let i = 0; i < count; i += 256) {
    const full = min(256, count - i), whole = full & ~3;
    let a = splat(0);
    for (let j = 0; j < whole; j += 4) {
      let v = v128.load(x);
      if (subtract) v = f32x4.sub(v, v128.load(y));
      a = madd(v, v, a);
      x += 16;
      y += 16;
    }
    if (whole < full) {
      let v = loadPart(x, full - whole, splat(0));
      if (subtract) v = f32x4.sub(v, loadPart(y, full - whole, splat(0)));
      a = madd(v, v, a);
    }
    total += <f64>sumLanes(a);
  }
  return total;
}

/** The sum of the squares of count floats. */
export function sumOfSquares(count: i32, x: usize): f64 {
  return squares(count, x, 0, false);
}

/**
 * loss [tasks, prefixes] = sum((prediction - target)²) / divisor, prediction [tasks, prefixes, count],
 * target [tasks, count].
 */
export function squaredError(
  tasks: i32, prefixes: i32, count: i32, prediction: usize, target: usize, loss: usize, divisor: f64,
): void {
  const block = <usize>(count * 4);
  for (let t = 0; t < tasks; t++) {
    for (let p = 0; p < prefixes; p++) {
      f32.store(loss, <f32>(squares(count, prediction, target, true) / divisor));
      prediction += block;
      loss += 4;
    }
    target += block;
  }
}

/** dprediction = 2 (prediction - target) dy / divisor, dy [tasks, prefixes]. */
export function squaredErrorGradient(
  tasks: i32, prefixes: i32, count: i32, prediction: usize, target: usize, dy: usize, gradient: usize, divisor: f64,
): void {
  const block = <usize>(count * 4), part = count & 3, whole = <usize>((count & ~3) * 4);
  for (let t = 0; t < tasks; t++) {
    for (let p = 0; p < prefixes; p++) {
      const s = splat(<f32>(2 * <f64>f32.load(dy) / divisor));
      for (let o: usize = 0; o < whole; o += 16) {
        v128.store(gradient + o, f32x4.mul(s, f32x4.sub(v128.load(prediction + o), v128.load(target + o))));
      }
      if (part != 0) {
        const a = loadPart(prediction + whole, part, splat(0)), b = loadPart(target + whole, part, splat(0));
        storePart(gradient + whole, f32x4.mul(s, f32x4.sub(a, b)), part);
      }
      prediction += block;
      gradient += block;
      dy += 4;
    }
    target += block;
  }
}
