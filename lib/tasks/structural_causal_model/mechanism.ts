import { type Key, normals, purpose } from "../../random/mod.ts";
import { cosineOfTurns } from "./cosine.ts";
import type { Interval, ModelRanges } from "./ranges.ts";
import type { Stream } from "./stream.ts";

/** How a node's value comes of its causes', before noise. */
export type Mechanism = LinearMechanism | FourierMechanism;

/** bias + Σ weight · cause. */
export interface LinearMechanism {
  /** Tells the two apart. */
  readonly kind: "linear";
  /** Nodes that are read. */
  readonly parents: Int32Array;
  /** A constant. */
  readonly bias: number;
  /** `[parents]`. */
  readonly weights: Float64Array;
}

/**
 * bias + outputScale · √(2 / features) · Σ_f a_f cos(ω_f · causes / lengthScale + phase_f), a, ω ~ N(0, I): a draw of a
 * Gaussian process with a squared-exponential kernel. Source: Rahimi and Recht 2007.
 */
export interface FourierMechanism {
  /** Tells the two apart. */
  readonly kind: "fourier";
  /** Nodes that are read. */
  readonly parents: Int32Array;
  /** A constant. */
  readonly bias: number;
  /** ω / (2π lengthScale), in turns, `[features, parents]`. */
  readonly frequencies: Float64Array;
  /** In turns, `[features]`. */
  readonly phases: Float64Array;
  /** a · outputScale · √(2 / features), `[features]`. */
  readonly amplitudes: Float64Array;
  /** How far an input moves before the value is another, as drawn. */
  readonly lengthScale: number;
  /** Standard deviation of the values over draws, as drawn. */
  readonly outputScale: number;
}

/** Random features of a random function. */
export const fourierFeatures = 100;

/** A number of a union of intervals, each as likely. */
export function drawFrom(intervals: readonly Interval[], stream: Stream): number {
  const [from, to] = intervals[intervals.length === 1 ? 0 : stream.integer(intervals.length)]!;
  return from + (to - from) * stream.uniform();
}

/** Draws a linear mechanism. */
export function drawLinear(parents: Int32Array, ranges: ModelRanges, stream: Stream): LinearMechanism {
  const bias = drawFrom([ranges.bias], stream);
  const weights = Float64Array.from(
    parents,
    () => (stream.uniform() < 0.5 ? -1 : 1) * drawFrom(ranges.weight, stream),
  );
  return { kind: "linear", parents, bias, weights };
}

/** Draws a random function; `key` is the node's own. */
export function drawFourier(parents: Int32Array, ranges: ModelRanges, stream: Stream, key: Key): FourierMechanism {
  const bias = drawFrom([ranges.bias], stream);
  const lengthScale = drawFrom(ranges.lengthScale, stream), outputScale = drawFrom(ranges.outputScale, stream);
  const features = parents.length === 0 ? 0 : fourierFeatures; // without causes a random function is a constant
  const drawn = normals(purpose(key, "features"), features * (parents.length + 1));
  return {
    kind: "fourier",
    parents,
    bias,
    lengthScale,
    outputScale,
    frequencies: Float64Array.from(drawn.subarray(features), (z) => z / (2 * Math.PI * lengthScale)),
    phases: Float64Array.from({ length: features }, () => stream.uniform()),
    amplitudes: Float64Array.from(
      drawn.subarray(0, features),
      (z) => z * outputScale * Math.sqrt(2 / fourierFeatures),
    ),
  };
}

/**
 * Adds a mechanism's values to a node's column. `columns` `[nodes, count]` holds the causes' values already; `turns`
 * `[count]` is scratch.
 */
export function addMechanism(
  mechanism: Mechanism,
  columns: Float64Array,
  node: number,
  count: number,
  turns: Float64Array,
): void {
  const { parents, bias } = mechanism;
  const to = node * count;
  for (let n = 0; n < count; n++) columns[to + n]! += bias;
  if (mechanism.kind === "linear") {
    for (let p = 0; p < parents.length; p++) {
      const weight = mechanism.weights[p]!, from = parents[p]! * count;
      for (let n = 0; n < count; n++) columns[to + n]! += weight * columns[from + n]!;
    }
    return;
  }
  const { frequencies, phases, amplitudes } = mechanism;
  for (let f = 0; f < phases.length; f++) {
    turns.fill(phases[f]!);
    for (let p = 0; p < parents.length; p++) {
      const frequency = frequencies[f * parents.length + p]!, from = parents[p]! * count;
      for (let n = 0; n < count; n++) turns[n]! += frequency * columns[from + n]!;
    }
    const amplitude = amplitudes[f]!;
    for (let n = 0; n < count; n++) columns[to + n]! += amplitude * cosineOfTurns(turns[n]!);
  }
}
