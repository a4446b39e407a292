import { integers, type Key, normals, purpose } from "../../random/mod.ts";
import { mixtureField } from "../../tasks/generation/mixture_field.ts";
import { solveRidge } from "../solve_normal_equations.ts";

/**
 * A density made of the points seen, `[points, dimension]`: the field that generates it, and points of it. What a person
 * would try first. With no points at all there is no density.
 */
export interface PointDensity {
  /** As tables show it. */
  readonly method: string;
  /** Velocities `[queries, dimension]` at rows x_t, t; none where the density is made of the points themselves. */
  readonly field?: (seen: Float32Array, queries: Float32Array, dimension: number) => Float32Array;
  /** `count` points, `[count, dimension]`. */
  readonly draw: (seen: Float32Array, key: Key, count: number, dimension: number) => Float32Array;
}

/** The points seen, drawn again with replacement. Its field is infinite at time 1, so it is only drawn from. */
export const resampledContext: PointDensity = {
  method: "context resampled",
  draw: (seen, key, count, dimension) => {
    const chosen = integers(purpose(key, "which"), count, seen.length / dimension);
    return Float32Array.from({ length: count * dimension }, (_, at) => {
      const row = Math.floor(at / dimension);
      return seen[chosen[row]! * dimension + at % dimension]!;
    });
  },
};

/** Every point seen blurred by a round Gaussian of this width. */
export function kernelDensity(bandwidth: number): PointDensity {
  return {
    method: "kernel density",
    field: (seen, queries, dimension) => mixtureField({ dimension, means: seen, std: bandwidth }, queries),
    draw: (seen, key, count, dimension) => {
      const blur = normals(purpose(key, "blur"), count * dimension);
      return resampledContext.draw(seen, key, count, dimension).map((x, i) => x + bandwidth * blur[i]!);
    },
  };
}

/** What a covariance's diagonal gets, so that few points have a density too. */
const leastVariance = 1e-6;

/** One Gaussian with the mean and the covariance of the points seen. */
export const gaussianFit: PointDensity = {
  method: "Gaussian fit",
  field: (seen, queries, dimension) => {
    const { mean, covariance } = momentsOf(seen, dimension);
    const out = new Float32Array(queries.length / (dimension + 1) * dimension);
    const apart = new Float64Array(dimension);
    for (let query = 0, from = 0, to = 0; from < queries.length; query++) {
      const t = queries[from + dimension]!, s = 1 - t;
      for (let i = 0; i < dimension; i++) apart[i] = queries[from + i]! - t * mean[i]!;
      // v = μ + (t Σ − (1 − t) I) (t² Σ + (1 − t)² I)⁻¹ (x_t − t μ)
      const xx = covariance.map((value) => t * t * value);
      const z = solveRidge({ features: dimension, outputs: 1, xx, xy: apart }, s * s);
      for (let i = 0; i < dimension; i++) {
        let along = -s * z[i]!;
        for (let j = 0; j < dimension; j++) along += t * covariance[i * dimension + j]! * z[j]!;
        out[to + i] = mean[i]! + along;
      }
      from += dimension + 1;
      to += dimension;
    }
    return out;
  },
  draw: (seen, key, count, dimension) => {
    // Normal sums of the points' deviations have exactly their covariance.
    const { mean } = momentsOf(seen, dimension), points = seen.length / dimension;
    const factors = normals(purpose(key, "factors"), count * points);
    const out = new Float32Array(count * dimension);
    for (let row = 0; row < count; row++) {
      for (let i = 0; i < dimension; i++) {
        let sum = 0;
        for (let p = 0; p < points; p++) sum += factors[row * points + p]! * (seen[p * dimension + i]! - mean[i]!);
        out[row * dimension + i] = mean[i]! + sum / Math.sqrt(points);
      }
    }
    return out;
  },
};

function momentsOf(seen: Float32Array, dimension: number): { mean: Float64Array; covariance: Float64Array } {
  const points = seen.length / dimension;
  const mean = new Float64Array(dimension), covariance = new Float64Array(dimension * dimension);
  seen.forEach((x, at) => mean[at % dimension]! += x / points);
  for (let p = 0; p < points; p++) {
    for (let i = 0; i < dimension; i++) {
      const own = (seen[p * dimension + i]! - mean[i]!) / points;
      for (let j = 0; j < dimension; j++) covariance[i * dimension + j]! += own * (seen[p * dimension + j]! - mean[j]!);
    }
  }
  for (let i = 0; i < dimension; i++) covariance[i * dimension + i]! += leastVariance;
  return { mean, covariance };
}
