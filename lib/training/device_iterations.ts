import { Effect, Exit, type Scope } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../capture/mod.ts";
import { deviceFailure, readingOf } from "../device/mod.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { adamFactors, adamStep, globalNorm, guardStep } from "../ops/mod.ts";
import type { LoopOutput } from "../stages/detached_state_loop.ts";
import type { SampledTasks } from "../stages/task_sampling.ts";
import { disposeSample } from "./dispose_sample.ts";
import type { Iterated, Iterations } from "./iterations.ts";
import { learningRate } from "./learning_rate.ts";
import type { BuiltPipeline, CommonConfig } from "./pipeline.ts";
import { prefixed, unprefixed } from "./prefixed.ts";
import type { Replay } from "./replay.ts";
import { shardRanges, sumOfShards, trainingSizes } from "./shards.ts";
import { adamEpsilon, lossMeanDecay, lossReport } from "./train_iteration.ts";
import type { TrainingState } from "./training_state.ts";

/** Iterations that the host may be ahead of the device by: reading a number takes as long as several small ones. */
const late = 4;

/** Names of the parts of a state that a step changes, with weights and moments under prefixes. */
const weight = "weight/", first = "first/", second = "second/";

/**
 * Optimiser steps that run on the device from tasks to weights: K refinements of every shard, clipping, Adam and running
 * means, in place, nothing read in between. With a replay all of it is one recording, and an iteration one upload and one
 * submit. It needs a backend whose kernels change tensors in place, so webgpu with the kernels of this library; the bits
 * are those of that backend, with or without a replay; elsewhere it throws, and `hostIterations` is the one
 * to take. Held until the scope closes.
 */
export function deviceIterations(
  built: BuiltPipeline,
  config: CommonConfig,
  seed: number,
  replay?: Replay,
): Effect.Effect<Iterations, never, Scope.Scope> {
  const { training } = config, ranges = shardRanges(training);
  const draw = built.stages.taskSampling(trainingSizes(config));
  /** The tasks of every shard. */
  const sample = (iteration: number): Effect.Effect<readonly SampledTasks[]> => {
    const drawn: SampledTasks[] = [];
    const all = Effect.forEach(
      ranges,
      (range) =>
        Effect.map(draw({ seed, split: "training", iteration, range }), (one) => {
          drawn.push(one);
          return one;
        }),
    );
    return Effect.onError(all, () => Effect.sync(() => drawn.forEach(disposeSample)));
  };

  const body = (balanced: boolean) => (samples: readonly SampledTasks[], tensors: Tensors) =>
    Effect.gen(function* () {
      const weights = unprefixed(weight, tensors), lossMeans = tensors["lossMeans"] as tf.Tensor2D;
      const balance = tf.tidy(() => balanceOf(lossMeans, balanced ? tensors["correction"] : undefined));
      const outputs: LoopOutput[] = [];
      const loops = Effect.forEach(samples, (sampled) =>
        Effect.map(built.stages.detachedStateLoop({ weights, sampled, balance }), (output) =>
          outputs.push(output)));
      yield* Effect.onExit(loops, (exit) =>
        Effect.sync(() => {
          balance.dispose();
          if (Exit.isFailure(exit)) {
            tf.dispose(outputs as unknown as tf.NamedTensorMap[]);
          }
        }));
      return tf.tidy(() =>
        step(outputs, weights, tensors)
      );
    });

  /** The step itself: nothing can come between its parts. */
  const step = (outputs: readonly LoopOutput[], weights: Tensors, tensors: Tensors): Tensors => {
    const { gradients, losses } = sumOfShards(outputs, weights);
    const norm = globalNorm(Object.values(gradients));
    const { factors, report } = guardStep({
      losses,
      norm,
      factors: tensors["factors"] as tf.Tensor1D,
      lossMeans: tensors["lossMeans"] as tf.Tensor2D,
      halted: tensors["halted"] as tf.Tensor1D,
    }, { shards: training.shards, clip: training.clip, decay: lossMeanDecay });
    const moments = { first: unprefixed(first, tensors), second: unprefixed(second, tensors) };
    adamStep(weights, gradients, moments, factors);
    tf.dispose([gradients as tf.NamedTensorMap, losses]);
    return { report };
  };

  const take = (halted: tf.Tensor1D) => (state: TrainingState): Effect.Effect<Iterated, ShapeMismatch> =>
    Effect.gen(function* () {
      const rate = learningRate(training, state.iteration), balanced = training.balanced && state.iteration > 0;
      const { beta1, beta2 } = training;
      const stays = {
        ...prefixed(weight, state.weights),
        ...prefixed(first, state.first),
        ...prefixed(second, state.second),
        lossMeans: state.lossMeans,
        halted,
      };
      const samples = yield* sample(state.iteration);
      const moving = {
        factors: tf.tensor1d(adamFactors({ rate, beta1, beta2, epsilon: adamEpsilon, step: state.iteration + 1 })),
        ...(balanced ? { correction: tf.tensor1d([1 - lossMeanDecay ** state.iteration]) } : {}),
      };
      const tensors = { ...stays, ...moving };
      const run = replay === undefined ? body(balanced)(samples, tensors) : replay.run({
        name: "an iteration",
        samples,
        tensors,
        inPlace: Object.keys(stays),
        reads: ["report"],
        variant: balanced ? "balanced" : "",
        body: body(balanced),
        another: (later) => sample(state.iteration + later),
      });
      const output = yield* Effect.onExit(run, () =>
        Effect.sync(() => {
          samples.forEach(disposeSample);
          tf.dispose(moving);
        }));
      return { state: { ...state, iteration: state.iteration + 1 }, report: reportOf(output["report"]!, rate) };
    });

  /** Begins to read at once; who awaits it later finds it there. */
  const reportOf = (report: tf.Tensor, rate: number): Iterated["report"] => {
    const reading = readingOf(report).finally(() => report.dispose());
    reading.catch(() => {}); // told to whoever awaits the report, if anybody does
    const read = Effect.tryPromise(() => reading);
    const told = Effect.catch(read, (error) => Effect.andThen(deviceFailure, Effect.die(error.cause)));
    return Effect.map(told, (all) => {
      const numbers = all.subarray(0, -1), wasHalted = numbers.every(Number.isFinite) && all.at(-1) === 1;
      const gradientNorm = wasHalted ? NaN : numbers.at(-1)!; // a step after the one that went wrong is none either
      return { ...lossReport(numbers.subarray(0, -1), config.steps), learningRate: rate, gradientNorm };
    });
  };

  const halted = Effect.acquireRelease(
    Effect.sync(() => {
      if (tf.getKernel("AmortizeGuardStep", tf.getBackend()) !== undefined) return tf.zeros<tf.Rank.R1>([1]);
      throw new Error(
        `Cannot take steps on ${tf.getBackend()} without the host: no kernel changes tensors in place there`,
      );
    }),
    (tensor) => Effect.sync(() => tensor.dispose()),
  );
  return Effect.map(halted, (tensor) => ({ take: take(tensor), late }));
}

/** One over the root of each loss's running mean, corrected for its start at zero; ones without a correction. */
function balanceOf(lossMeans: tf.Tensor2D, correction: tf.Tensor | undefined): tf.Tensor2D {
  if (correction === undefined) return tf.onesLike(lossMeans);
  return lossMeans.div<tf.Tensor2D>(correction).add<tf.Tensor2D>(1e-12).rsqrt();
}
