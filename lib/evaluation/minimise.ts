/** A function to minimise: answers its value at a point and writes its gradient. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

/** How a minimum is looked for. */
export interface MinimiseSettings {
  /** Multiplies a direction, in place, by a guess of the inverse curvature. */
  readonly precondition: (direction: Float64Array) => void;
  /** Gradients at most. */
  readonly iterations: number;
  /** Length of the gradient at which the search ends. */
  readonly tolerance: number;
}

/** Steps and changes of the gradient that the curvature is learned from. */
const memory = 10;

/**
 * L-BFGS with a preconditioner and a backtracking line search, for smooth convex functions. `start` stays as it is.
 * Source: Nocedal and Wright, Numerical Optimization, algorithm 7.4.
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  { precondition, iterations, tolerance }: MinimiseSettings,
): { readonly at: Float64Array<ArrayBuffer>; readonly gradients: number } {
  let at = Float64Array.from(start), gradient = new Float64Array(start.length);
  let value = objective(at, gradient), gradients = 1;
  const pairs: { readonly step: Float64Array; readonly change: Float64Array; readonly curvature: number }[] = [];
  while (gradients < iterations && dot(gradient, gradient) > tolerance ** 2) {
    const direction = descentDirection(gradient);
    const slope = dot(direction, gradient);
    let length = 1, next = at, nextGradient = gradient, nextValue = Infinity;
    for (; gradients < iterations; length /= 2) {
      next = at.map((x, i) => x + length * direction[i]!);
      nextGradient = new Float64Array(start.length);
      nextValue = objective(next, nextGradient);
      gradients++;
      if (nextValue <= value + 1e-4 * length * slope) break;
    }
    if (!(nextValue < value)) break; // rounding is all that is left
    const step = next.map((x, i) => x - at[i]!), change = nextGradient.map((g, i) => g - gradient[i]!);
    const curvature = dot(step, change);
    if (curvature > 0) pairs.push({ step, change, curvature });
    if (pairs.length > memory) pairs.shift();
    [at, gradient, value] = [next, nextGradient, nextValue];
  }
  return { at, gradients };

  /** −H gradient, H the preconditioner corrected by what the last steps have shown. */
  function descentDirection(of: Float64Array): Float64Array {
    const direction = of.map((g) => -g), weights: number[] = [];
    for (const { step, change, curvature } of pairs.toReversed()) {
      const weight = dot(step, direction) / curvature;
      weights.unshift(weight);
      add(direction, -weight, change);
    }
    precondition(direction);
    const latest = pairs.at(-1);
    if (latest !== undefined) {
      const guessed = latest.change.slice();
      precondition(guessed);
      const scale = latest.curvature / dot(latest.change, guessed);
      for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
    }
    pairs.forEach(({ step, change, curvature }, i) =>
      add(direction, weights[i]! - dot(change, direction) / curvature, step)
    );
    return direction;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, factor: number, of: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * of[i]!;
}
