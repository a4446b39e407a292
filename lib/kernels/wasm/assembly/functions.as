// exp and the normal distribution over four lanes; t is the table of constants.
import * as c from "./constants";
import { choose, madd, nmadd } from "./vector";

/** exp(x), relative error about 1e-7; below -87.3 it stays at 1.2e-38, above 88 it is wrong, NaN stays NaN. */
// @ts-ignore: decorator
@inline export function exp(x0: v128, t: usize): v128 {
  const x = f32x4.pmax(x0, c.expLow(t));
  const z = madd(x, c.expLog2e(t), c.expRound(t));
  const n = f32x4.sub(z, c.expRound(t));
  const r = nmadd(n, c.expLn2Low(t), nmadd(n, c.expLn2High(t), x));
  let p = madd(c.exp5(t), r, c.exp4(t));
  p = madd(p, r, c.exp3(t));
  p = madd(p, r, c.exp2(t));
  p = madd(p, r, c.exp1(t));
  p = madd(p, r, c.exp0(t));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), c.one(t));
  return f32x4.mul(p, i32x4.add(i32x4.shl(z, 23), c.one(t)));
}

/** The distribution function of the normal distribution at x in [-20, 20], given gauss = exp(-x²/2). */
// @ts-ignore: decorator
@inline export function normalBelow(x: v128, gauss: v128, t: usize): v128 {
  const d = f32x4.abs(x);
  let p = madd(c.tailP4(t), d, c.tailP3(t));
  let q = madd(c.tailQ5(t), d, c.tailQ4(t));
  p = madd(p, d, c.tailP2(t));
  q = madd(q, d, c.tailQ3(t));
  p = madd(p, d, c.tailP1(t));
  q = madd(q, d, c.tailQ2(t));
  p = madd(p, d, c.tailP0(t));
  q = madd(q, d, c.tailQ1(t));
  q = madd(q, d, c.one(t));
  const above = f32x4.mul(f32x4.div(p, q), gauss);
  return choose(f32x4.lt(x, f32x4.splat(0)), above, f32x4.sub(c.one(t), above));
}
