/** A density as a mixture of equally wide round Gaussians. */
export interface Mixture {
  /** Numbers per point. */
  readonly dimension: number;
  /** Means of the components, `[components, dimension]`. */
  readonly means: ArrayLike<number>;
  /** Standard deviation of each component in every direction. */
  readonly std: number;
  /** Logarithms of the components' weights, up to a constant; equal weights if left out. */
  readonly logWeights?: ArrayLike<number>;
}

/**
 * The field that carries N(0, I) at time 0 to a mixture at time 1 along x_t = (1 − t) x₀ + t x₁: the mean of x₁ − x₀
 * given x_t. For component m with mean μ and deviation σ that is μ + (t σ² − (1 − t)) / (t² σ² + (1 − t)²) · (x_t − t μ),
 * and components count by how likely x_t is under each. With points as means it is the field of a kernel density of
 * bandwidth σ. Queries are rows x_t, t: `[queries, dimension + 1]`; the result is `[queries, dimension]`.
 * Source: Lipman et al. 2023, arXiv 2210.02747; METHOD.md §7.
 *
 * @example One component, where all starts and where it ends
 * ```ts
 * import { mixtureField } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 *
 * const mixture = { dimension: 1, means: [3], std: 1 };
 * assertEquals(mixtureField(mixture, [0.5, 0]), Float32Array.of(3 - 0.5)); // μ − x₀: the mean of x₁ − x₀
 * assertEquals(mixtureField(mixture, [4, 1]), Float32Array.of(4)); // x₁, the mean of x₁ − x₀ given x₁
 * ```
 */
export function mixtureField(mixture: Mixture, queries: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const { dimension, means, std, logWeights } = mixture;
  const components = means.length / dimension, count = queries.length / (dimension + 1);
  const out = new Float32Array(count * dimension);
  const exponents = new Float64Array(components), mean = new Float64Array(dimension);
  for (let query = 0; query < count; query++) {
    const x = query * (dimension + 1), t = queries[x + dimension]!, s = 1 - t;
    const variance = t * t * std * std + s * s;
    let largest = -Infinity;
    for (let m = 0; m < components; m++) {
      let squares = 0;
      for (let i = 0; i < dimension; i++) squares += (queries[x + i]! - t * means[m * dimension + i]!) ** 2;
      const exponent = -squares / (2 * variance) + (logWeights?.[m] ?? 0);
      exponents[m] = exponent;
      if (exponent > largest) largest = exponent;
    }
    mean.fill(0);
    let total = 0;
    for (let m = 0; m < components; m++) {
      const below = exponents[m]! - largest;
      if (below < -40) continue; // less than 1e-17 of the largest
      const likely = Math.exp(below);
      total += likely;
      for (let i = 0; i < dimension; i++) mean[i]! += likely * means[m * dimension + i]!;
    }
    // The slope is the same for all components, so the mean of their fields is the field at their mean.
    const slope = (t * std * std - s) / variance;
    for (let i = 0; i < dimension; i++) {
      const centre = mean[i]! / total;
      out[query * dimension + i] = centre + slope * (queries[x + i]! - t * centre);
    }
  }
  return out;
}
