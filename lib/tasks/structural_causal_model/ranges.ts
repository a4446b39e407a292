/** A range of numbers, drawn uniformly. */
export type Interval = readonly [from: number, to: number];

/** Where graphs come from. */
export type GraphKind = "erdos-renyi" | "scale-free" | "scale-free-reversed" | "watts-strogatz" | "stochastic-block";

/** What a distribution of structural causal models is made of. A list of intervals is their union, each as likely. */
export interface ModelRanges {
  /** Each as likely. */
  readonly graphs: readonly GraphKind[];
  /** What is added to every node. */
  readonly noise: "gaussian" | "laplace";
  /** Its standard deviation (Gaussian) or scale (Laplace), one a node. */
  readonly noiseScale: Interval;
  /** A constant of each node. */
  readonly bias: Interval;
  /** Sizes of linear weights; signs are random. */
  readonly weight: readonly Interval[];
  /** How far an input of a random function moves before its value is another. */
  readonly lengthScale: readonly Interval[];
  /** Standard deviation of a random function's values. */
  readonly outputScale: readonly Interval[];
}

/** What is trained on. Source: METHOD.md §7, after Lorch et al. 2022. */
export const inDistribution: ModelRanges = {
  graphs: ["erdos-renyi", "scale-free", "scale-free-reversed"],
  noise: "gaussian",
  noiseScale: [0.2, 2],
  bias: [-3, 3],
  weight: [[1, 3]],
  lengthScale: [[7, 10]],
  outputScale: [[10, 20]],
};

/** What is trained on by nobody: other graphs, other noise, other scales. Source: METHOD.md §7. */
export const outOfDistribution: ModelRanges = {
  graphs: ["watts-strogatz", "stochastic-block"],
  noise: "laplace",
  noiseScale: [0.2, 2],
  bias: [-3, 3],
  weight: [[0.5, 2], [2, 4]],
  lengthScale: [[5, 8], [8, 12]],
  outputScale: [[8, 12], [18, 22]],
};
