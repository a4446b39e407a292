/** The distribution function of the normal distribution in double precision, relative error about 1e-14. */
export function normalBelow(x: number): number {
  if (x > 0) return 1 - normalBelow(-x);
  const d = -x, density = normalDensity(x);
  if (d < 4) {
    let term = d, sum = d;
    for (let n = 1; n < 200; n++) sum += term *= d * d / (2 * n + 1);
    return 0.5 - density * sum;
  }
  let fraction = d;
  for (let n = 300; n > 0; n--) fraction = d + n / fraction;
  return density / fraction;
}

/** The density of the normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

/** gelu(x) = x Φ(x). */
export function geluOf(x: number): number {
  return x * normalBelow(x);
}

/** Its derivative. */
export function geluSlopeOf(x: number): number {
  return normalBelow(x) + x * normalDensity(x);
}
