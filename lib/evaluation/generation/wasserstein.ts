import { assignment } from "./assignment.ts";

/** Distances between two sets of points. */
export interface Wasserstein {
  /** W₁: the mean distance along the cheapest assignment by distance. */
  readonly w1: number;
  /** W₂: the root of the mean squared distance along the cheapest assignment by squared distance. */
  readonly w2: number;
}

/**
 * W₁ and W₂ between two equally large sets of points `[count, dimension]`, in units of the points, by exact assignment:
 * W_p = (min over π of (1/n) Σ ‖u_i − v_π(i)‖^p)^{1/p}. Source: METHOD.md §8.
 *
 * @example Order does not matter
 * ```ts
 * import { wasserstein } from "@amortize/core/evaluation";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wasserstein([0, 5], [5, 3], 1), { w1: 1.5, w2: Math.sqrt(4.5) }); // 0 ↦ 3, 5 ↦ 5
 * ```
 */
export function wasserstein(u: ArrayLike<number>, v: ArrayLike<number>, dimension: number): Wasserstein {
  const count = u.length / dimension;
  const squares = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let k = 0; k < dimension; k++) sum += (u[i * dimension + k]! - v[j * dimension + k]!) ** 2;
      squares[i * count + j] = sum;
    }
  }
  return { w1: meanAlong(squares.map(Math.sqrt), count), w2: Math.sqrt(meanAlong(squares, count)) };
}

function meanAlong(cost: Float64Array, count: number): number {
  return assignment(cost, count).reduce((sum, column, row) => sum + cost[row * count + column]!, 0) / count;
}
