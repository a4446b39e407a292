import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { broadcast, type Exchange, type RankSum, sumFloats, sumOverRanks } from "../collective/mod.ts";
import type { RankLost } from "../errors/rank_lost.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import type { LoopOutput } from "../stages/detached_state_loop.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";
import type { Replay } from "./replay.ts";
import { type GradientSource, localGradients, shardRanges, shardsOfRank } from "./shards.ts";
import { trainIteration } from "./train_iteration.ts";
import { disposeTrainingState, initialTrainingState, type TrainingState } from "./training_state.ts";

/** Floats that the ranks of a training need in each part of their exchange. */
export function exchangeFloats(built: BuiltPipeline, config: CommonConfig): number {
  const state = initialTrainingState(built, config, 0);
  const floats = sumFloats(sumOf(state, { gradients: state.weights, losses: state.lossMeans }));
  disposeTrainingState(state);
  return floats;
}

/**
 * One rank's gradients: it computes the shards that are its own, and all ranks add what they have by the same tree as
 * one rank does, so that the bits do not depend on how many there are. Every rank then takes the same optimiser step, and
 * no weights travel, but for rank 0's whole state before the first. From then on each rank must go on with the state
 * that {@linkcode trainIteration} gave it; one with other weights or at another iteration fails with `RankLost`.
 */
export function rankGradients(
  built: BuiltPipeline,
  config: CommonConfig,
  seed: number,
  exchange: Exchange,
  replay?: Replay,
): GradientSource {
  const ranges = shardsOfRank(shardRanges(config.training), exchange.rank, exchange.ranks);
  const own = localGradients(built, config, seed, ranges, replay);
  let begun = exchange.rank !== 0;
  return (state, balance) =>
    Effect.gen(function* () {
      if (!begun) yield* shareState(exchange, state);
      begun = true;
      const output = yield* own(state, balance);
      yield* Effect.onError(
        sumOverRanks(exchange, sumOf(state, output)),
        () => Effect.sync(() => tf.dispose([output.losses, output.gradients as tf.NamedTensorMap])),
      );
      return output;
    });
}

/**
 * The life of every rank but 0: takes rank 0's state and trains as it does, until somebody ends the exchange. It runs ahead
 * of rank 0 by as much as it can without its part. Blocks its thread while it waits.
 */
export function followTraining(
  built: BuiltPipeline,
  config: CommonConfig,
  seed: number,
  exchange: Exchange,
  replay?: Replay,
): Effect.Effect<void, ShapeMismatch | RankLost> {
  const source = rankGradients(built, config, seed, exchange, replay);
  return Effect.suspend(() => {
    let state = initialTrainingState(built, config, seed);
    const life = Effect.gen(function* () {
      state = { ...state, iteration: yield* shareState(exchange, state) };
      while (true) state = (yield* trainIteration(source, config, state)).state;
    });
    return life.pipe(
      Effect.catchTag("RankLost", (lost) => exchange.ended() ? Effect.void : Effect.fail(lost)),
      Effect.onExit(() => Effect.sync(() => disposeTrainingState(state))),
    );
  });
}

/** Rank 0's tensors for everybody, one record at a time, since a part has room for one; answers rank 0's iteration. */
function shareState(exchange: Exchange, state: TrainingState): Effect.Effect<number, RankLost> {
  return Effect.gen(function* () {
    let iteration = state.iteration;
    for (const record of [state.weights, state.first, state.second, { means: state.lossMeans }]) {
      iteration = yield* broadcast(exchange, state.iteration, inOrder(record));
    }
    return iteration;
  });
}

function sumOf({ iteration, weights }: TrainingState, { gradients, losses }: LoopOutput): RankSum {
  return { iteration, tensors: [...inOrder(gradients), losses], same: inOrder(weights) };
}

/** Tensors by name. */
function inOrder(tensors: Weights): tf.Tensor[] {
  return Object.keys(tensors).sort().map((name) => tensors[name]!);
}
