import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { Follower, Leader } from "../collective/mod.ts";
import { RankLost } from "../errors/rank_lost.ts";
import type { LoopOutput } from "../stages/detached_state_loop.ts";
import { pack, type Packing, packingOf, unpack } from "./packed.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";
import {
  addOutputs,
  type GradientSource,
  localGradients,
  shardRanges,
  shardsOfRank,
  treeSum,
} from "./train_iteration.ts";
import { disposeTrainingState, initialTrainingState } from "./training_state.ts";

/** What goes down (weights, balance, iteration) and up (gradients, losses), as places in arrays of floats. */
interface WirePlan {
  readonly weights: Packing;
  readonly balance: readonly [number, number];
  readonly down: number;
  readonly up: number;
}

/** Floats that a training's exchange needs, in each direction. */
export function exchangeSizes(
  built: BuiltPipeline,
  config: CommonConfig,
): { readonly down: number; readonly up: number } {
  const { down, up } = planOf(built, config);
  return { down, up };
}

function planOf(built: BuiltPipeline, config: CommonConfig): WirePlan {
  const state = initialTrainingState(built, config, 0);
  const weights = packingOf(state.weights);
  const balance = state.lossMeans.shape;
  disposeTrainingState(state);
  const floats = weights.size + balance[0] * balance[1];
  return { weights, balance, down: floats + 1, up: floats };
}

/** A worker that takes longer than this, and so many times the leader's own part, is lost. */
const patience = { ms: 60_000, times: 20 };

/** How the leader waits: short turns, so that signals and a worker's failure are heard in between. */
const waitTurnMs = 20;

/**
 * The leader's gradients: weights go down, everybody computes the shards of their rank, sums come up and are added by
 * the same tree as on one rank, so that the bits do not depend on the number of workers. `lost` tells of a worker
 * that failed.
 */
export function leadGradients(
  built: BuiltPipeline,
  config: CommonConfig,
  seed: number,
  exchange: Leader,
  lost: () => { readonly rank: number; readonly reason: string } | undefined,
): GradientSource {
  const ranks = exchange.up.length + 1;
  const plan = planOf(built, config);
  const own = localGradients(built, config, seed, shardsOfRank(shardRanges(config.training), 0, ranks));
  return (weights, balance, iteration) =>
    Effect.gen(function* () {
      pack(plan.weights, weights, exchange.down);
      exchange.down.set(balance.dataSync<"float32">(), plan.weights.size);
      exchange.down[plan.down - 1] = iteration;
      const round = exchange.start();
      const started = performance.now();
      const outputs: LoopOutput[] = [yield* own(weights, balance, iteration)];
      const deadline = performance.now() + Math.max(patience.ms, patience.times * (performance.now() - started));
      for (const [follower, up] of exchange.up.entries()) {
        while (!exchange.arrived(follower, round, waitTurnMs)) {
          yield* Effect.yieldNow;
          const failure = lost() ??
            (performance.now() > deadline ? { rank: follower + 1, reason: "it does not answer" } : undefined);
          if (failure !== undefined) {
            for (const { gradients, losses } of outputs) tf.dispose([gradients as tf.NamedTensorMap, losses]);
            return yield* new RankLost({ ...failure, iteration });
          }
        }
        outputs.push({
          gradients: unpack(plan.weights, up),
          losses: tf.tensor2d(up.slice(plan.weights.size, plan.up), [...plan.balance]),
        });
      }
      return treeSum(outputs, addOutputs);
    });
}

/** A follower's life: rounds until the leader ends the exchange. Blocks its thread between rounds. */
export function followGradients(
  built: BuiltPipeline,
  config: CommonConfig,
  seed: number,
  exchange: Follower,
  rank: { readonly rank: number; readonly ranks: number },
): Effect.Effect<void, Error> {
  const plan = planOf(built, config);
  const own = localGradients(built, config, seed, shardsOfRank(shardRanges(config.training), rank.rank, rank.ranks));
  return Effect.gen(function* () {
    for (let round = exchange.next(); round !== undefined; round = exchange.next()) {
      const weights = unpack(plan.weights, exchange.down);
      const balance = tf.tensor2d(exchange.down.slice(plan.weights.size, plan.down - 1), [...plan.balance]);
      const { gradients, losses } = yield* own(weights, balance, exchange.down[plan.down - 1]!);
      pack(plan.weights, gradients, exchange.up);
      exchange.up.set(losses.dataSync<"float32">(), plan.weights.size);
      tf.dispose([weights as tf.NamedTensorMap, balance, gradients as tf.NamedTensorMap, losses]);
      exchange.finish(round);
    }
  });
}
