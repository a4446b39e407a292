// Running means along an axis, and their gradient: sums of the later gradients, each over its own count.
import { loadPart, splat, storePart } from "./vector";

/** y [tasks, n, features], at i the mean of x over positions 0 … i. */
export function prefixMean(tasks: i32, n: i32, features: i32, x: usize, y: usize): void {
  const line = <usize>(features * 4);
  for (let t = 0; t < tasks; t++) {
    for (let f = 0; f < features; f += 4) {
      const part = features - f;
      let p = x + <usize>(f * 4), q = y + <usize>(f * 4), sum = splat(0);
      for (let i = 1; i <= n; i++) {
        sum = f32x4.add(sum, part >= 4 ? v128.load(p) : loadPart(p, part, splat(0)));
        const mean = f32x4.div(sum, splat(<f32>i));
        if (part >= 4) v128.store(q, mean);
        else storePart(q, mean, part);
        p += line;
        q += line;
      }
    }
    x += line * <usize>n;
    y += line * <usize>n;
  }
}

/** dx at j = the sum over i ≥ j of dy at i / (i + 1). */
export function prefixMeanGradient(tasks: i32, n: i32, features: i32, dy: usize, dx: usize): void {
  const line = <usize>(features * 4);
  for (let t = 0; t < tasks; t++) {
    for (let f = 0; f < features; f += 4) {
      const part = features - f;
      let p = dy + <usize>(f * 4) + line * <usize>n, q = dx + <usize>(f * 4) + line * <usize>n, sum = splat(0);
      for (let i = n; i > 0; i--) {
        p -= line;
        q -= line;
        const v = part >= 4 ? v128.load(p) : loadPart(p, part, splat(0));
        sum = f32x4.add(sum, f32x4.div(v, splat(<f32>i)));
        if (part >= 4) v128.store(q, sum);
        else storePart(q, sum, part);
      }
    }
    dy += line * <usize>n;
    dx += line * <usize>n;
  }
}
