/** Sizes of a product: rows of x `[rows, features]` by θ `[features, outputs]`. */
export interface LinearSizes {
  readonly features: number;
  readonly outputs: number;
}

/**
 * Rows `from` … `to` − 1 of x times θ, into `[to − from, outputs]`. Four outputs at a time, so that sums stay in
 * registers and do not wait for each other.
 */
export function linearProducts(
  x: Float32Array,
  from: number,
  to: number,
  theta: Float64Array,
  { features, outputs }: LinearSizes,
  into: Float64Array,
): void {
  for (let n = from; n < to; n++) {
    const row = n * features, at = (n - from) * outputs;
    let c = 0;
    for (; c + 3 < outputs; c += 4) {
      let a = 0, b = 0, d = 0, e = 0;
      for (let i = 0, t = c; i < features; i++, t += outputs) {
        const value = x[row + i]!;
        a += value * theta[t]!;
        b += value * theta[t + 1]!;
        d += value * theta[t + 2]!;
        e += value * theta[t + 3]!;
      }
      into[at + c] = a;
      into[at + c + 1] = b;
      into[at + c + 2] = d;
      into[at + c + 3] = e;
    }
    for (; c + 1 < outputs; c += 2) {
      let a = 0, b = 0;
      for (let i = 0, t = c; i < features; i++, t += outputs) {
        const value = x[row + i]!;
        a += value * theta[t]!;
        b += value * theta[t + 1]!;
      }
      into[at + c] = a;
      into[at + c + 1] = b;
    }
    for (; c < outputs; c++) {
      let sum = 0;
      for (let i = 0, t = c; i < features; i++, t += outputs) sum += x[row + i]! * theta[t]!;
      into[at + c] = sum;
    }
  }
}

/** Adds xᵀ slopes over rows `from` … `to` − 1, slopes `[to − from, outputs]`, to a gradient `[features, outputs]`. */
export function addOuterProducts(
  x: Float32Array,
  from: number,
  to: number,
  slopes: Float64Array,
  { features, outputs }: LinearSizes,
  into: Float64Array,
): void {
  let n = from;
  // Four rows at a time: each number of the gradient is read and written once for them.
  for (; n + 3 < to; n += 4) {
    const row = n * features, at = (n - from) * outputs;
    for (let i = 0; i < features; i++) {
      const a = x[row + i]!, b = x[row + features + i]!;
      const d = x[row + 2 * features + i]!, e = x[row + 3 * features + i]!;
      for (let c = 0, s = at, g = i * outputs; c < outputs; c++, s++, g++) {
        into[g]! += a * slopes[s]! + b * slopes[s + outputs]! + d * slopes[s + 2 * outputs]! +
          e * slopes[s + 3 * outputs]!;
      }
    }
  }
  for (; n < to; n++) {
    const row = n * features, at = (n - from) * outputs;
    for (let i = 0; i < features; i++) {
      const value = x[row + i]!;
      for (let c = 0; c < outputs; c++) into[i * outputs + c]! += value * slopes[at + c]!;
    }
  }
}
