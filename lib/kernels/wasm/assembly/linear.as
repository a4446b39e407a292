// What is left of a linear layer and of GELU when the products are done.
import * as c from "./constants";
import { exp, normalBelow } from "./functions";
import { spare, table } from "./table";
import { loadPart, madd, storePart } from "./vector";

/** x [rows, width] += bias [width]. */
export function addBias(rows: i32, width: i32, x: usize, bias: usize): void {
  const whole = <usize>((width & ~3) * 4);
  for (let r = 0; r < rows; r++) {
    for (let o: usize = 0; o < whole; o += 16) v128.store(x + o, f32x4.add(v128.load(x + o), v128.load(bias + o)));
    for (let o = whole; o < <usize>(width * 4); o += 4) f32.store(x + o, f32.load(x + o) + f32.load(bias + o));
    x += <usize>(width * 4);
  }
}

/** gelu(v) = v normalBelow(v); its derivative goes to the memory at slope. */
// @ts-ignore: decorator
@inline function gelu(v: v128, t: usize, slope: usize): v128 {
  const low = f32x4.pmax(v, c.minusFurthest(t)), x = f32x4.pmin(low, c.furthest(t));
  const gauss = exp(f32x4.mul(f32x4.mul(x, x), f32x4.neg(c.half(t))), t);
  const below = normalBelow(x, gauss, t);
  v128.store(slope, madd(f32x4.mul(x, c.inverseRootTwoPi(t)), gauss, below));
  return f32x4.mul(low, below);
}

/** x [rows, width] holds products: y = gelu(x + bias), x = gelu'(x + bias). */
export function biasGelu(rows: i32, width: i32, x: usize, bias: usize, y: usize): void {
  const whole = <usize>((width & ~3) * 4), part = width & 3, t = table();
  for (let r = 0; r < rows; r++) {
    for (let o: usize = 0; o < whole; o += 16) {
      v128.store(y + o, gelu(f32x4.add(v128.load(x + o), v128.load(bias + o)), t, x + o));
    }
    if (part != 0) {
      const zero = f32x4.splat(0);
      const v = f32x4.add(loadPart(x + whole, part, zero), loadPart(bias + whole, part, zero));
      storePart(y + whole, gelu(v, t, spare(t)), part);
      storePart(x + whole, v128.load(spare(t)), part);
    }
    x += <usize>(width * 4);
    y += <usize>(width * 4);
  }
}
