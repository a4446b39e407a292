import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { RankLost } from "../errors/rank_lost.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import { accumulate } from "../ops/mod.ts";
import { lengthDrawOf } from "../regimes/regime_of.ts";
import type { LoopOutput } from "../stages/detached_state_loop.ts";
import type { SampledTasks, SampleSizes } from "../stages/task_sampling.ts";
import type { TaskRange } from "../stages/task_family.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";
import { disposeSample } from "./dispose_sample.ts";
import type { Replay } from "./replay.ts";
import { replayedLoop } from "./replayed_loop.ts";
import type { TrainingState } from "./training_state.ts";

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

/** What a shard's part is computed with. */
export interface ShardRequest {
  /** The pipeline's stages. */
  readonly built: BuiltPipeline;
  /** Draws the tasks of a range, in this iteration or so many later. */
  readonly sample: (range: TaskRange, later: number) => Effect.Effect<SampledTasks>;
  /** Weights of model and regime, by name. */
  readonly weights: Weights;
  /** Weight of each loss term, `[steps, prefixes]`. */
  readonly balance: tf.Tensor2D;
  /** Replays the loop, with the same bits; left out, it runs. */
  readonly replay?: Replay | undefined;
}

/** One shard's part: sample its tasks, refine K times, gradients and losses. The caller owns the result. */
export function shardGradients(request: ShardRequest, range: TaskRange): Effect.Effect<LoopOutput, ShapeMismatch> {
  const { built, sample, weights, balance, replay } = request, loop = built.stages.detachedStateLoop;
  return Effect.flatMap(sample(range, 0), (sampled) => {
    const run = replay === undefined ? loop : replayedLoop(replay, loop, (later) => sample(range, later));
    return Effect.onExit(
      run({ weights, sampled, balance }),
      () => Effect.sync(() => disposeSample(sampled)),
    );
  });
}

/**
 * Gradients and losses of a whole batch under a state's weights, as sums over its shards, not yet divided by their number;
 * owned by the caller, one for every weight, each on a buffer of its own.
 */
export type GradientSource<Err = ShapeMismatch | RankLost> = (
  state: TrainingState,
  balance: tf.Tensor2D,
) => Effect.Effect<LoopOutput, Err>;

/** The shards of rank r of R: [r S / R, (r + 1) S / R). */
export function shardsOfRank(ranges: readonly TaskRange[], rank: number, ranks: number): readonly TaskRange[] {
  const each = ranges.length / ranks;
  return ranges.slice(rank * each, (rank + 1) * each);
}

/**
 * Computes these shards here (all, if left out), one after another, and adds them by the tree; with a replay, which
 * belongs to this training alone, faster and with the same bits.
 */
export function localGradients(
  built: BuiltPipeline,
  config: CommonConfig,
  seed: number,
  ranges: readonly TaskRange[] = shardRanges(config.training),
  replay?: Replay,
): GradientSource<ShapeMismatch> {
  const draw = built.stages.taskSampling(trainingSizes(config));
  return ({ weights, iteration }, balance) =>
    Effect.suspend(() => {
      const sample = (range: TaskRange, later: number) =>
        draw({ seed, split: "training", iteration: iteration + later, range });
      const request: ShardRequest = { built, sample, weights, balance, replay };
      const done: LoopOutput[] = [];
      const shards = Effect.forEach(ranges, (range) =>
        Effect.tap(shardGradients(request, range), (output) => Effect.sync(() => done.push(output))));
      const freed = Effect.onError(shards, () =>
        Effect.sync(() => tf.dispose(done as unknown as tf.NamedTensorMap[])));
      return Effect.map(freed, (outputs) => sumOfShards(outputs, weights));
    });
}

/** Adds shards' results by the tree, with zeros where a weight got no gradient; hand them over. */
export function sumOfShards(outputs: readonly LoopOutput[], weights: Weights): LoopOutput {
  return withZeros(treeSum(outputs, addOutputs), weights);
}

/** Adds two shards' results; hand both over. */
function addOutputs(a: LoopOutput, b: LoopOutput): LoopOutput {
  const losses = a.losses.add<tf.Tensor2D>(b.losses);
  tf.dispose([a.losses, b.losses]);
  return { gradients: accumulate(a.gradients, b.gradients), losses };
}

function withZeros({ gradients, losses }: LoopOutput, weights: Weights): LoopOutput {
  const all = Object.entries(weights).map(([name, { shape }]) => [name, gradients[name] ?? tf.zeros(shape)]);
  return { gradients: Object.fromEntries(all), losses };
}
