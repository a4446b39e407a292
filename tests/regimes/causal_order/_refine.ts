import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { gridTransformer, type Weights } from "../../../lib/model/mod.ts";
import { keyFor, normals } from "../../../lib/random/mod.ts";
import { type MomentKind, nodePairs, samplesNodes } from "../../../lib/regimes/mod.ts";
import {
  encodeTokens,
  forward,
  inferStep,
  type Lengths,
  maskGrid,
  type RefinementStages,
  type Regime,
} from "../../../lib/stages/mod.ts";
import { assertClose } from "../../backends.ts";

/** A small case: which tokens, and sizes. */
export interface OrderCase {
  readonly tokens: "pairs" | "samples";
  readonly moments: MomentKind;
  readonly nodes: number;
  readonly samples: number;
  readonly layers: number;
  readonly seed: number;
}

export const orderCases: fc.Arbitrary<OrderCase> = fc.record({
  tokens: fc.constantFrom("pairs", "samples"),
  moments: fc.constantFrom("correlations", "plain"),
  nodes: fc.integer({ min: 3, max: 5 }),
  samples: fc.integer({ min: 6, max: 9 }),
  layers: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(10_000),
});

/** Samples of one task, the nodes present in each of two queries, and logits held for them; plain rows. */
export interface OrderData {
  /** `[samples][nodes]`. */
  readonly x: readonly (readonly number[])[];
  /** `[queries][nodes]`. */
  readonly present: readonly (readonly number[])[];
  /** `[queries][nodes]`. */
  readonly logits: readonly (readonly number[])[];
}

/** Random data of a case; the first two nodes are present in every query. */
export function dataOf({ nodes, samples, seed }: OrderCase): OrderData {
  const z = normals(keyFor(seed, "data", 0), samples * nodes + 4 * nodes);
  const row = (from: number): number[] => Array.from(z.subarray(from * nodes, (from + 1) * nodes));
  const rows = Array.from({ length: samples }, (_, n) => row(n)).map(([a, b, ...rest]) => [a!, 0.7 * a! + b!, ...rest]);
  const marks = (from: number): number[] => row(from).map((value, i) => Number(i < 2 || value > 0));
  return {
    x: rows,
    present: [marks(samples), marks(samples + 1)],
    logits: [row(samples + 2), row(samples + 3)],
  };
}

/** What is tested, or a mutant of it. */
export type Change = (regime: Regime, stages: RefinementStages) => Partial<RefinementStages>;
export const honest: Change = () => ({});

/** The stages of a case around its regime, changed. */
export function stagesOf(c: OrderCase, change: Change): { stages: RefinementStages; weights: Weights } {
  const model = gridTransformer({ width: 8, layers: c.layers, heads: 2, feedForward: 8 });
  const settings = { moments: c.moments, steps: 2, stepEmbedding: true, update: "residual" } as const;
  const regime = c.tokens === "pairs" ? nodePairs(settings, 8) : samplesNodes(settings, 8);
  const stages: RefinementStages = {
    regime,
    tokenEncoding: encodeTokens(regime),
    masking: maskGrid(c.tokens === "pairs" ? "nodes" : "samples"),
    forward: forward(model, regime),
  };
  const changed = change(regime, stages);
  const used = changed.regime ?? regime;
  const key = keyFor(c.seed, "initialisation", 0);
  return {
    stages: { ...stages, tokenEncoding: encodeTokens(used), forward: forward(model, used), ...changed },
    weights: { ...model.init(key), ...regime.init(key) },
  };
}

/** Predictions `[queries][nodes]` after one refinement over the visible samples, absent nodes' as 0. */
export function predict(c: OrderCase, data: OrderData, change: Change = honest, lengths: Lengths = "all"): number[][] {
  const { stages, weights } = stagesOf(c, change);
  const logits = tf.tidy(() => {
    const queryX = tf.tensor3d([data.present.map((row) => [...row])]);
    const state = { logits: tf.tensor3d([data.logits.map((row) => [...row])]), present: queryX.clone() };
    const batch = { x: tf.tensor3d([data.x.map((row) => [...row])]), y: tf.zeros<tf.Rank.R3>([1, data.x.length, 1]) };
    const step = inferStep(stages)({ weights, state, batch, lengths, queryX, step: 0 });
    const next = Effect.runSync(step);
    const predictions = stages.regime.predict(weights, stages.regime.asCandidates(next.state), queryX);
    tf.dispose([next.candidates as tf.NamedTensorMap]);
    const read = predictions.squeeze<tf.Tensor2D>([0, 1]).arraySync();
    tf.dispose(next.state as tf.NamedTensorMap);
    return read;
  });
  tf.dispose(weights as tf.NamedTensorMap);
  return logits.map((row, q) => row.map((value, i) => data.present[q]![i] === 0 ? 0 : value));
}

/** Entries of each row in another order. */
export function permuted(rows: readonly (readonly number[])[], order: readonly number[]): number[][] {
  return rows.map((row) => order.map((i) => row[i]!));
}

/** Fails by assertion unless two tables are close: inverses of 32-bit floats keep about four digits. */
export function assertSame(found: number[][], expected: number[][]): void {
  const values = (rows: number[][]) => ({
    shape: [rows.length, rows[0]!.length],
    data: Float32Array.from(rows.flat()),
  });
  assertClose("predictions", values(found), values(expected), { relative: 1e-3 });
}
