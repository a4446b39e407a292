// The rows of attention between its products: which positions a row may look at, softmax, and its gradient.
import { exp } from "./functions";
import { table } from "./table";
import { choose, madd, maxLanes, splat, sumLanes } from "./vector";

const LOWEST: f32 = -3.4028234663852886e38;

/**
 * For each row of mask [rows, positions] (bytes, 0 = hidden) two integers: the extent, one past the last visible
 * position, and 1 if everything before it is visible too.
 */
export function visibleExtents(rows: i32, positions: i32, mask: usize, extents: usize): void {
  for (let r = 0; r < rows; r++) {
    let extent = positions, whole = 1;
    while (extent > 0 && load<u8>(mask + <usize>(extent - 1)) == 0) extent--;
    for (let p = 0; p < extent; p++) {
      if (load<u8>(mask + <usize>p) == 0) {
        whole = 0;
        break;
      }
    }
    i32.store(extents, extent);
    i32.store(extents, whole, 4);
    extents += 8;
    mask += <usize>positions;
  }
}

/** Four bytes of a mask as lanes of ones or zeros. */
// @ts-ignore: decorator
@inline function lanes(mask: usize): v128 {
  return i32x4.ne(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(mask))), i32x4.splat(0));
}

/** The largest of the first extent scores, those that are not visible lowered to LOWEST. */
function hideAndMaximum(x: usize, mask: usize, extent: i32): f32 {
  let most = splat(LOWEST), i = 0;
  for (; i + 4 <= extent; i += 4) {
    const v = choose(lanes(mask + <usize>i), v128.load(x + <usize>(i * 4)), splat(LOWEST));
    v128.store(x + <usize>(i * 4), v);
    most = f32x4.pmax(most, v);
  }
  let maximum = maxLanes(most);
  for (; i < extent; i++) {
    if (load<u8>(mask + <usize>i) == 0) f32.store(x + <usize>(i * 4), LOWEST);
    else maximum = max(maximum, f32.load(x + <usize>(i * 4)));
  }
  return maximum;
}

/** The same where all are visible. */
function maximumOf(x: usize, extent: i32): f32 {
  let most = splat(LOWEST), i = 0;
  for (; i + 4 <= extent; i += 4) most = f32x4.pmax(most, v128.load(x + <usize>(i * 4)));
  let maximum = maxLanes(most);
  for (; i < extent; i++) maximum = max(maximum, f32.load(x + <usize>(i * 4)));
  return maximum;
}

/**
 * scores [rows, columns], rows of stride floats (a multiple of 4, so that a row may be read in whole vectors), become
 * softmax(scale scores) over what the row sees, and exactly 0 elsewhere; a row that sees nothing becomes 0.
 * mask and extents belong to the first row; a row of mask is positions long. Columns at or beyond columns, up to the
 * next multiple of 4, are overwritten.
 */
export function maskedSoftmax(
  rows: i32, columns: i32, stride: i32, positions: i32, x: usize, mask: usize, extents: usize, scale: f32,
): void {
  const t = table();
  for (let r = 0; r < rows; r++) {
    const extent = i32.load(extents), whole = i32.load(extents, 4);
    const maximum = whole != 0 ? maximumOf(x, extent) : hideAndMaximum(x, mask, extent);
    const s = splat(scale), m = splat(maximum), end = <usize>(extent * 4), padded = (end + 15) & ~15;
    for (let o = end; o < padded; o += 4) f32.store(x + o, LOWEST);
    let sums = splat(0);
    for (let o: usize = 0; o < padded; o += 16) {
      const v = v128.load(x + o);
      const e = v128.andnot(exp(f32x4.mul(f32x4.sub(v, m), s), t), f32x4.eq(v, splat(LOWEST)));
      sums = f32x4.add(sums, e);
      v128.store(x + o, e);
    }
    const inverse = splat(1 / sumLanes(sums));
    for (let o: usize = 0; o < padded; o += 16) v128.store(x + o, f32x4.mul(v128.load(x + o), inverse));
    if (<usize>(columns * 4) > padded) memory.fill(x + padded, 0, <usize>(columns * 4) - padded);
    x += <usize>(stride * 4);
    mask += <usize>positions;
    extents += 8;
  }
}

/**
 * dp [rows, columns], the gradient of the probabilities p, becomes that of the unscaled scores:
 * scale p (dp - sum(p dp)), and exactly 0 where p is 0, whatever dp holds there. Strides in floats, multiples of 4.
 */
export function softmaxGradient(
  rows: i32, columns: i32, pStride: i32, p: usize, dStride: i32, dp: usize, scale: f32,
): void {
  const whole = <usize>((columns & ~3) * 4), end = <usize>(columns * 4);
  const s = splat(scale), zero = splat(0);
  for (let r = 0; r < rows; r++) {
    let sums = zero;
    for (let o: usize = 0; o < whole; o += 16) {
      const w = v128.load(p + o);
      sums = madd(w, v128.andnot(v128.load(dp + o), f32x4.eq(w, zero)), sums);
    }
    let sum = sumLanes(sums);
    for (let o = whole; o < end; o += 4) {
      const w = f32.load(p + o);
      if (w != 0) sum += w * f32.load(dp + o);
    }
    const m = splat(sum);
    for (let o: usize = 0; o < whole; o += 16) {
      const w = v128.load(p + o), d = f32x4.mul(f32x4.mul(w, s), f32x4.sub(v128.load(dp + o), m));
      v128.store(dp + o, v128.andnot(d, f32x4.eq(w, zero)));
    }
    for (let o = whole; o < end; o += 4) {
      const w = f32.load(p + o);
      f32.store(dp + o, w != 0 ? w * scale * (f32.load(dp + o) - sum) : 0);
    }
    p += <usize>(pStride * 4);
    dp += <usize>(dStride * 4);
  }
}
