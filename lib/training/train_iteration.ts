import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { RankLost } from "../errors/rank_lost.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import { adamStep, globalNorm } from "../ops/mod.ts";
import { lengthDrawOf } from "../regimes/regime_of.ts";
import type { LoopOutput } from "../stages/detached_state_loop.ts";
import type { SampledTasks, SampleSizes } from "../stages/task_sampling.ts";
import type { TaskRange } from "../stages/task_family.ts";
import { learningRate } from "./learning_rate.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";
import type { TrainingState } from "./training_state.ts";

/** What one iteration tells, as plain numbers. */
export interface IterationReport {
  /** Mean over steps and prefixes of the plain loss. */
  readonly loss: number;
  /** Mean over prefixes, for each step. */
  readonly lossPerStep: readonly number[];
  /** Adam's rate at this iteration. */
  readonly learningRate: number;
  /** Norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

/** Decay of the running means that balanced steps divide by. */
export const lossMeanDecay = 0.98;

/** Adam's ε. */
export const adamEpsilon = 1e-8;

/** Sizes of a training sample: K, N and Q of the configuration, with visible lengths drawn as regime and mask want. */
export function trainingSizes(config: CommonConfig): SampleSizes {
  return {
    steps: config.steps,
    observations: config.observations,
    queries: config.training.queries,
    lengths: lengthDrawOf(config),
  };
}

/**
 * The tasks of each shard, in order: equal ranges, where `shards` divides `tasks`, as a decoded configuration sees to.
 *
 * @example Eight tasks in two shards
 * ```ts
 * import { shardRanges } from "@amortize/core/training";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shardRanges({ tasks: 8, shards: 2 }), [{ first: 0, count: 4 }, { first: 4, count: 4 }]);
 * ```
 */
export function shardRanges({ tasks, shards }: { readonly tasks: number; readonly shards: number }): TaskRange[] {
  const count = tasks / shards;
  return Array.from({ length: shards }, (_, i) => ({ first: i * count, count }));
}

/**
 * Sums one term or more by a pairwise tree over positions. For powers of two, ranks that sum equal parts and then sum
 * their sums add in the same order as one rank does. `add` decides who owns what.
 *
 * @example Neighbours first
 * ```ts
 * import { treeSum } from "@amortize/core/training";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(treeSum(["a", "b", "c", "d"], (left, right) => `(${left} + ${right})`), "((a + b) + (c + d))");
 * ```
 */
export function treeSum<T>(terms: readonly T[], add: (a: T, b: T) => T): T {
  if (terms.length === 1) return terms[0]!;
  const half = terms.length / 2;
  return add(treeSum(terms.slice(0, half), add), treeSum(terms.slice(half), add));
}

/** One shard's part: sample its tasks, refine K times, gradients and losses. The caller owns the result. */
export function shardGradients(
  built: BuiltPipeline,
  sample: (range: TaskRange) => Effect.Effect<SampledTasks>,
  weights: Weights,
  balance: tf.Tensor2D,
  range: TaskRange,
): Effect.Effect<LoopOutput, ShapeMismatch> {
  return Effect.flatMap(sample(range), (sampled) =>
    built.stages.detachedStateLoop({ weights, sampled, balance }).pipe(
      Effect.onExit(() => Effect.sync(() => disposeSample(sampled))),
    ));
}

/** Frees all tensors of a sample: what makes the tasks, every mini-batch, and the queries. */
export function disposeSample({ drawn, batches, queries }: SampledTasks): void {
  tf.dispose([drawn, queries, ...batches]);
}

/** Gradients and losses of a whole batch as sums over its shards, not yet divided by their number; owned by the caller. */
export type GradientSource<Err = ShapeMismatch | RankLost> = (
  weights: Weights,
  balance: tf.Tensor2D,
  iteration: number,
) => Effect.Effect<LoopOutput, Err>;

/** The shards of rank r of R: [r S / R, (r + 1) S / R). */
export function shardsOfRank(ranges: readonly TaskRange[], rank: number, ranks: number): readonly TaskRange[] {
  const each = ranges.length / ranks;
  return ranges.slice(rank * each, (rank + 1) * each);
}

/** Computes these shards here (all, if left out), one after another, and adds them by the tree. */
export function localGradients(
  built: BuiltPipeline,
  config: CommonConfig,
  seed: number,
  ranges: readonly TaskRange[] = shardRanges(config.training),
): GradientSource<ShapeMismatch> {
  const draw = built.stages.taskSampling(trainingSizes(config));
  return (weights, balance, iteration) =>
    Effect.suspend(() => {
      const sample = (range: TaskRange) => draw({ seed, split: "training", iteration, range });
      const done: LoopOutput[] = [];
      const shards = Effect.forEach(ranges, (range) =>
        Effect.tap(shardGradients(built, sample, weights, balance, range), (output) =>
          Effect.sync(() =>
            done.push(output)
          )));
      const freed = Effect.onError(shards, () => Effect.sync(() => tf.dispose(done as unknown as tf.NamedTensorMap[])));
      return Effect.map(freed, (outputs) => treeSum(outputs, addOutputs));
    });
}

/** Adds two shards' results and frees them. */
export function addOutputs(a: LoopOutput, b: LoopOutput): LoopOutput {
  const gradients: Record<string, tf.Tensor> = {};
  for (const name of new Set([...Object.keys(a.gradients), ...Object.keys(b.gradients)])) {
    const left = a.gradients[name], right = b.gradients[name];
    gradients[name] = left === undefined ? right! : right === undefined ? left : left.add(right);
    if (left !== undefined && right !== undefined) tf.dispose([left, right]);
  }
  const losses = a.losses.add<tf.Tensor2D>(b.losses);
  tf.dispose([a.losses, b.losses]);
  return { gradients, losses };
}

/**
 * One optimiser step: gradients of all shards, clipping, Adam, running means of the losses. Hand the state over and go
 * on with the one that comes back; where the numbers are not finite the state comes back as it was, with the report.
 */
export function trainIteration(
  source: GradientSource,
  config: CommonConfig,
  state: TrainingState,
): Effect.Effect<{ readonly state: TrainingState; readonly report: IterationReport }, ShapeMismatch | RankLost> {
  const { training } = config;
  return Effect.gen(function* () {
    const balance = tf.tidy(() => balanceOf(state, training.balanced));
    const output = yield* Effect.onExit(
      source(state.weights, balance, state.iteration),
      () => Effect.sync(() => balance.dispose()),
    );
    const gradients = withZeros(output.gradients, state.weights);
    const meanLosses = output.losses.div<tf.Tensor2D>(training.shards);
    output.losses.dispose();
    const norm = globalNorm(Object.values(gradients));
    const [normOfSum, losses] = yield* Effect.promise(() => Promise.all([norm.data(), meanLosses.data()]));
    norm.dispose();
    const gradientNorm = normOfSum![0]! / training.shards;
    const rate = learningRate(training, state.iteration);
    const report = { ...lossReport(losses as Float32Array, config.steps), learningRate: rate, gradientNorm };
    if (!Number.isFinite(gradientNorm) || !Number.isFinite(report.loss)) {
      tf.dispose([gradients, meanLosses]);
      return { state, report };
    }
    const scale = training.clip > 0 && gradientNorm > training.clip ? training.clip / gradientNorm : 1;
    const stepped = adamStep(state.weights, gradients, state, {
      rate,
      beta1: training.beta1,
      beta2: training.beta2,
      epsilon: adamEpsilon,
      step: state.iteration + 1,
      gradientScale: scale / training.shards,
    });
    tf.dispose(gradients);
    const lossMeans = tf.tidy(() =>
      state.lossMeans.mul(lossMeanDecay).add<tf.Tensor2D>(meanLosses.mul(1 - lossMeanDecay))
    );
    tf.dispose([state.lossMeans, meanLosses]);
    return {
      state: { ...state, iteration: state.iteration + 1, weights: stepped.weights, ...stepped.moments, lossMeans },
      report,
    };
  });
}

/** One over the root of each loss's bias-corrected running mean; ones before the first iteration, or unbalanced. */
function balanceOf({ lossMeans, iteration }: TrainingState, balanced: boolean): tf.Tensor2D {
  if (!balanced || iteration === 0) return tf.onesLike(lossMeans);
  return lossMeans.div<tf.Tensor2D>(1 - lossMeanDecay ** iteration).add<tf.Tensor2D>(1e-12).rsqrt();
}

function withZeros(gradients: Weights, weights: Weights): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape }]) => [name, gradients[name] ?? tf.zeros(shape)]),
  );
}

function lossReport(losses: Float32Array, steps: number): { loss: number; lossPerStep: number[] } {
  const prefixes = losses.length / steps;
  const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    loss: mean(losses),
    lossPerStep: Array.from({ length: steps }, (_, k) => mean(losses.subarray(k * prefixes, (k + 1) * prefixes))),
  };
}
