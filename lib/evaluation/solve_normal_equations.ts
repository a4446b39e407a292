/** Sums of x xᵀ `[features, features]` and x yᵀ `[features, outputs]` over observations, in double precision. */
export interface NormalEquations {
  readonly features: number;
  readonly outputs: number;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
}

/** No observations yet. */
export function emptyEquations(features: number, outputs: number): NormalEquations {
  return { features, outputs, xx: new Float64Array(features * features), xy: new Float64Array(features * outputs) };
}

/** Adds observations `from` … `to` − 1 to the sums, in place. */
export function addObservations(
  to: NormalEquations,
  x: Float32Array,
  y: Float32Array,
  from: number,
  end: number,
): void {
  const { features, outputs, xx, xy } = to;
  for (let n = from; n < end; n++) {
    for (let i = 0; i < features; i++) {
      const value = x[n * features + i]!;
      for (let j = 0; j <= i; j++) xx[i * features + j]! += value * x[n * features + j]!;
      for (let c = 0; c < outputs; c++) xy[i * outputs + c]! += value * y[n * outputs + c]!;
    }
  }
}

/**
 * (Σ x xᵀ + penalty I)⁻¹ (Σ x yᵀ + penalty · prior), by Cholesky factorisation: the ridge solution around a prior θ
 * `[features, outputs]` (zero if left out). On plain arrays, since a table
 * needs thousands of small systems.
 */
export function solveRidge(of: NormalEquations, penalty: number, prior?: Float64Array): Float64Array {
  const theta = Float64Array.from(of.xy, (value, i) => value + penalty * (prior?.[i] ?? 0));
  solveFactored(factorised(of, penalty), of, theta);
  return theta;
}

/** The lower triangle L with L Lᵀ = scale · Σ x xᵀ + penalty I, by Cholesky factorisation. */
export function factorised({ xx, features: n }: NormalEquations, penalty: number, scale = 1): Float64Array {
  const lower = Float64Array.from(xx, (value) => scale * value);
  for (let i = 0; i < n; i++) lower[i * n + i]! += penalty;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
    }
  }
  return lower;
}

/** Solves L Lᵀ θ = right side `[features, outputs]`, in place. */
export function solveFactored(
  lower: Float64Array,
  { features: n, outputs }: Pick<NormalEquations, "features" | "outputs">,
  theta: Float64Array,
): void {
  const subtract = (row: number, factor: number, other: number): void => {
    for (let c = 0; c < outputs; c++) theta[row * outputs + c]! -= factor * theta[other * outputs + c]!;
  };
  const divide = (row: number): void => {
    for (let c = 0; c < outputs; c++) theta[row * outputs + c]! /= lower[row * n + row]!;
  };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtract(i, lower[i * n + k]!, k);
    divide(i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtract(i, lower[k * n + i]!, k);
    divide(i);
  }
}
