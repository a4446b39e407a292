import { assertEquals, assertInstanceOf } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { endlessPatience, exchangeBuffers, exchangeOf } from "../../lib/collective/mod.ts";
import { RankLost } from "../../lib/errors/rank_lost.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import type { BuiltPipeline, CommonConfig } from "../../lib/training/pipeline.ts";
import { exchangeFloats, followTraining, rankGradients } from "../../lib/training/rank_gradients.ts";
import { type GradientSource, localGradients } from "../../lib/training/shards.ts";
import { trainIteration } from "../../lib/training/train_iteration.ts";
import { disposeTrainingState, initialTrainingState, type TrainingState } from "../../lib/training/training_state.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";
import { assertAllSame, type Numbers, readAll } from "../properties/_values.ts";

const config = tinyConfig(tinyRefinement({ regime: "parametric", mask: "causal" }), { shards: 4, clip: 1e-3 });
const built = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));
const seed = 3;

/** Takes some iterations; the state is handed over and comes back. */
function advance(source: GradientSource, state: TrainingState, iterations: number) {
  return Effect.gen(function* () {
    for (let i = 0; i < iterations; i++) state = (yield* trainIteration(source, config, state)).state;
    return state;
  });
}

/** Rank 0's effect beside the followers of a training, all in this thread. */
function beside<A, Err>(
  ranks: number,
  lead: (source: GradientSource) => Effect.Effect<A, Err>,
  parts: readonly [BuiltPipeline, CommonConfig] = [built, config],
): Promise<A> {
  const buffers = exchangeBuffers(ranks, exchangeFloats(...parts));
  const exchanges = buffers.parts.map((_, rank) => exchangeOf(buffers, rank, endlessPatience));
  const leader = Effect.onExit(
    lead(rankGradients(...parts, seed, exchanges[0]!)),
    () => Effect.sync(() => exchanges[0]!.end()),
  );
  const followers = exchanges.slice(1).map((exchange) => Effect.ignore(followTraining(...parts, seed, exchange)));
  return Effect.runPromise(
    Effect.map(Effect.all([leader, ...followers], { concurrency: "unbounded" }), ([answer]) => answer),
  );
}

function read(state: TrainingState): Numbers {
  const { weights, first, second, lossMeans } = state;
  const records = Object.entries({ weights, first, second, means: { lossMeans } });
  return readAll(Object.fromEntries(
    records.flatMap(([kind, record]) => Object.entries(record).map(([name, tensor]) => [`${kind} ${name}`, tensor])),
  ));
}

onEveryBackend("rankGradients() of 2 and 4 ranks trains with the bits of one, from any state on", async () => {
  await assertNoLeak(async () => {
    const alone: Numbers[] = [];
    const local = localGradients(built, config, seed);
    let state = initialTrainingState(built, config, seed);
    for (const iterations of [2, 3]) {
      state = await Effect.runPromise(advance(local, state, iterations));
      alone.push(read(state));
    }
    disposeTrainingState(state);
    for (const ranks of [2, 4]) {
      // Two sessions, as with a checkpoint in between: the second one's followers begin with the first one's state.
      let state = initialTrainingState(built, config, seed);
      for (const [session, iterations] of [2, 3].entries()) {
        state = await beside(ranks, (source) => advance(source, state, iterations));
        assertAllSame(`${ranks} ranks, session ${session}`, read(state), alone[session]!);
      }
      assertEquals(state.iteration, 5);
      disposeTrainingState(state);
    }
  });
}, { backends: ["cpu", "wasm"], kernels: registerKernels });

onEveryBackend("rankGradients() refuses to go on with a state that the other ranks do not have", async () => {
  await assertNoLeak(async () => {
    const lost = await beside(2, (source) =>
      Effect.gen(function* () {
        const state = yield* advance(source, initialTrainingState(built, config, seed), 1);
        const other = initialTrainingState(built, config, seed + 1);
        const balance = tf.onesLike(state.lossMeans);
        const failure = yield* Effect.flip(source({ ...other, iteration: 1 }, balance));
        balance.dispose();
        disposeTrainingState(state);
        disposeTrainingState(other);
        return failure;
      }));
    assertInstanceOf(lost, RankLost);
    assertEquals([lost.rank, lost.iteration], [1, 1]);
  });
}, { backends: ["wasm"], kernels: registerKernels });
