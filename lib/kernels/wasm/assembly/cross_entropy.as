// Softmax cross-entropy with one-hot or soft targets, and its gradient.
import { exp } from "./functions";
import { table } from "./table";
import { loadPart, madd, maxLanes, splat, storePart, sumLanes } from "./vector";

/** log(sum(exp(x))) over count floats; padding must be -infinity in all lanes. */
function logSumExp(count: i32, x: usize, padding: v128, t: usize): f32 {
  const part = count & 3, whole = <usize>((count & ~3) * 4);
  let most = padding;
  for (let o: usize = 0; o < whole; o += 16) most = f32x4.pmax(most, v128.load(x + o));
  if (part != 0) most = f32x4.pmax(most, loadPart(x + whole, part, padding));
  const maximum = maxLanes(most), m = splat(maximum);
  let sums = splat(0);
  for (let o: usize = 0; o < whole; o += 16) sums = f32x4.add(sums, exp(f32x4.sub(v128.load(x + o), m), t));
  if (part != 0) sums = f32x4.add(sums, exp(f32x4.sub(loadPart(x + whole, part, padding), m), t));
  return maximum + <f32>Math.log(<f64>sumLanes(sums));
}

/** sum(target (level - x)) over count floats. */
// @ts-ignore: decorator
@inline function weightedDistances(count: i32, x: usize, target: usize, level: f32): f32 {
  const part = count & 3, whole = <usize>((count & ~3) * 4), l = splat(level);
  let a = splat(0);
  for (let o: usize = 0; o < whole; o += 16) {
    a = madd(v128.load(target + o), f32x4.sub(l, v128.load(x + o)), a);
  }
  if (part != 0) a = madd(loadPart(target + whole, part, splat(0)), f32x4.sub(l, loadPart(x + whole, part, l)), a);
  return sumLanes(a);
}

/**
 * loss [tasks, prefixes] = the mean over queries of -sum(target log softmax(x)), x [tasks, prefixes, queries, outputs],
 * target [tasks, queries, outputs]; levels [tasks, prefixes, queries] = log(sum(exp(x))), for the gradient.
 */
export function crossEntropy(
  tasks: i32, prefixes: i32, queries: i32, outputs: i32, x: usize, target: usize, loss: usize, levels: usize,
): void {
  const line = <usize>(outputs * 4), padding = splat(-Infinity), t = table();
  for (let task = 0; task < tasks; task++) {
    for (let p = 0; p < prefixes; p++) {
      let sum: f64 = 0, y = target;
      for (let q = 0; q < queries; q++) {
        const level = logSumExp(outputs, x, padding, t);
        f32.store(levels, level);
        sum += <f64>weightedDistances(outputs, x, y, level);
        x += line;
        y += line;
        levels += 4;
      }
      f32.store(loss, <f32>(sum / <f64>queries));
      loss += 4;
    }
    target += line * <usize>queries;
  }
}

/** gradient = (softmax(x) sum(target) - target) dy / queries, dy [tasks, prefixes]. */
export function crossEntropyGradient(
  tasks: i32, prefixes: i32, queries: i32, outputs: i32, x: usize, target: usize, levels: usize, dy: usize,
  gradient: usize,
): void {
  const line = <usize>(outputs * 4), part = outputs & 3, whole = <usize>((outputs & ~3) * 4), t = table();
  for (let task = 0; task < tasks; task++) {
    for (let p = 0; p < prefixes; p++) {
      const s = splat(f32.load(dy) / <f32>queries);
      let y = target;
      for (let q = 0; q < queries; q++) {
        const level = splat(f32.load(levels));
        let sums = splat(0);
        for (let o: usize = 0; o < whole; o += 16) sums = f32x4.add(sums, v128.load(y + o));
        if (part != 0) sums = f32x4.add(sums, loadPart(y + whole, part, splat(0)));
        const total = splat(sumLanes(sums));
        for (let o: usize = 0; o < whole; o += 16) {
          const e = f32x4.mul(exp(f32x4.sub(v128.load(x + o), level), t), total);
          v128.store(gradient + o, f32x4.mul(s, f32x4.sub(e, v128.load(y + o))));
        }
        if (part != 0) {
          const e = f32x4.mul(exp(f32x4.sub(loadPart(x + whole, part, level), level), t), total);
          storePart(gradient + whole, f32x4.mul(s, f32x4.sub(e, loadPart(y + whole, part, splat(0)))), part);
        }
        x += line;
        y += line;
        gradient += line;
        levels += 4;
      }
      dy += 4;
    }
    target += line * <usize>queries;
  }
}
