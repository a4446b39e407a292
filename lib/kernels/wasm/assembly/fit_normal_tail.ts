/**
 * Finds the rational P(x) / Q(x) in constants.ts that gives the upper tail of the normal distribution,
 * tail(x) = exp(-x²/2) P(x) / Q(x) for x ≥ 0, with the smallest largest relative error on [0, {@linkcode furthest}].
 * Run it alone: `deno run lib/kernels/wasm/assembly/fit_normal_tail.ts [degree of P] [degree of Q]`.
 *
 * tail(x) exp(x²/2) (Mills' ratio over √2π) is completely monotone, so all coefficients come out positive and Horner's
 * scheme loses no digits. Method: Loeb's linearisation with Lawson's weights, least squares by Householder reflections.
 * @module
 */
const furthest = 7;

/** tail(x) exp(x²/2), x ≥ 0: the series of the distribution function below 3, the continued fraction of the tail above. */
function mills(x: number): number {
  if (x < 3) {
    let term = x, sum = x;
    for (let n = 1; n < 200; n++) sum += term *= x * x / (2 * n + 1);
    return 0.5 * Math.exp(x * x / 2) - sum / Math.sqrt(2 * Math.PI);
  }
  let fraction = x;
  for (let n = 400; n > 0; n--) fraction = x + n / fraction;
  return 1 / (fraction * Math.sqrt(2 * Math.PI));
}

/** The z that makes |A z - b| least; A is given by rows. */
function leastSquares(rows: number[][], right: number[]): number[] {
  const columns = rows[0]!.length, a = rows.map((row, i) => [...row, right[i]!]);
  for (let j = 0; j < columns; j++) {
    let norm = 0;
    for (let i = j; i < a.length; i++) norm += a[i]![j]! ** 2;
    norm = -Math.sign(a[j]![j]! || 1) * Math.sqrt(norm);
    const v = a.slice(j).map((row) => row[j]!);
    v[0]! -= norm;
    const length = v.reduce((s, x) => s + x * x, 0);
    for (let k = j; k <= columns; k++) {
      const dot = v.reduce((s, x, i) => s + x * a[i + j]![k]!, 0) * 2 / length;
      v.forEach((x, i) => a[i + j]![k]! -= dot * x);
    }
  }
  const z = new Array<number>(columns).fill(0);
  for (let j = columns - 1; j >= 0; j--) {
    let s = a[j]![columns]!;
    for (let k = j + 1; k < columns; k++) s -= a[j]![k]! * z[k]!;
    z[j] = s / a[j]![j]!;
  }
  return z;
}

const horner = (c: readonly number[], x: number): number => c.reduceRight((s, v) => s * x + v, 0);

/** Coefficients of P and Q (Q begins with 1), lowest first, and the largest relative error. */
export function fitNormalTail(degreeP: number, degreeQ: number): { p: number[]; q: number[]; error: number } {
  const xs = Array.from({ length: 800 }, (_, i) => furthest * (1 - Math.cos(Math.PI * (i + 0.5) / 800)) / 2);
  const values = xs.map(mills);
  let weights = xs.map(() => 1), q = [1], best = { p: [0], q: [1], error: Infinity };
  for (let round = 0; round < 200; round++) {
    const rows: number[][] = [], right: number[] = [];
    xs.forEach((x, i) => {
      const w = Math.sqrt(weights[i]!) / (horner(q, x) * values[i]!);
      const row = Array.from({ length: degreeP + 1 }, (_, d) => w * x ** d);
      for (let d = 1; d <= degreeQ; d++) row.push(-w * values[i]! * x ** d);
      rows.push(row);
      right.push(w * values[i]!);
    });
    const z = leastSquares(rows, right), p = z.slice(0, degreeP + 1);
    q = [1, ...z.slice(degreeP + 1)];
    const errors = xs.map((x, i) => Math.abs(horner(p, x) / (horner(q, x) * values[i]!) - 1));
    const error = Math.max(...errors);
    if (error < best.error) best = { p, q, error };
    const mean = errors.reduce((s, e, i) => s + e * weights[i]!, 0) / weights.reduce((s, w) => s + w, 0);
    weights = weights.map((w, i) => w * (errors[i]! / mean + 1e-3));
    const total = weights.reduce((s, w) => s + w, 0) / weights.length;
    weights = weights.map((w) => w / total);
  }
  return best;
}

if (import.meta.main) console.log(fitNormalTail(Number(Deno.args[0] ?? 4), Number(Deno.args[1] ?? 5)));
