import { Effect, Exit } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { Weights } from "../model/weights.ts";
import { accumulate } from "../ops/mod.ts";
import type { Refined } from "./forward.ts";
import type { StepSupplier } from "./from_step.ts";
import type { LossInput, StepLoss } from "./loss_aggregation.ts";
import type { Candidates, MaskedTokens, RefineInput, Regime, State, Tokens } from "./regime.ts";
import { attempt, type NamedStage, type Stage, stage } from "./stage.ts";
import type { SampledTasks } from "./task_sampling.ts";
import type { Lengths } from "./regime.ts";
import type { Observations } from "./task_family.ts";
import { valueAndGradients } from "./value_and_gradients.ts";
import { yieldWhenDue } from "./turns.ts";

/** The stages that one refinement runs through. */
export interface RefinementStages {
  /** What the state is, how it is encoded, decoded and read. */
  readonly regime: Regime;
  /** From a held state and a mini-batch to tokens. */
  readonly tokenEncoding: Stage<RefineInput, Tokens, ShapeMismatch>;
  /** From tokens to who may look at whom. */
  readonly masking: Stage<Tokens, MaskedTokens, ShapeMismatch>;
  /** From masked tokens to the states after each prefix and their predictions. */
  readonly forward: Stage<MaskedTokens, Refined, ShapeMismatch>;
}

/** What the loop is given. It owns none of it. */
export interface LoopInput {
  /** Weights of model and regime, by name. */
  readonly weights: Weights;
  /** Tasks with K mini-batches and queries. */
  readonly sampled: SampledTasks;
  /** Weight of each loss term, `[steps, prefixes]`. */
  readonly balance: tf.Tensor2D;
}

/** What the loop returns; the caller owns every tensor. */
export interface LoopOutput {
  /** Σ_k ∇ ℓ_k, by weight; each on a buffer of its own, so that it may be changed in place. */
  readonly gradients: Weights;
  /** Plain losses `[steps, prefixes]`. */
  readonly losses: tf.Tensor2D;
}

/**
 * One refinement: encode, mask, forward. In: the held state and a mini-batch, which stay the caller's. Out: candidates
 * and predictions `[tasks, prefixes, queries, outputs]`, the caller's too; so are the tensors made in between, so call it
 * in a tidy or under a tape. {@linkcode inferStep} does that for you.
 */
export function refineOnce(stages: RefinementStages): Stage<RefineInput, Refined, ShapeMismatch> {
  return (input) =>
    Effect.flatMap(stages.tokenEncoding(input), (tokens) => Effect.flatMap(stages.masking(tokens), stages.forward));
}

/**
 * K greedy refinement steps. Each starts from the state of the last as plain numbers, so that no gradient crosses a
 * step: total = Σ_k ∇ ℓ_k( h(sg(s^k), B^k) ). Only step 0 trains the initial state. The signal (residuals, inner
 * gradients) is computed outside the tape: nothing differentiates through it. Source: arXiv 2510.11471, greedy
 * training; METHOD.md §3.
 *
 * @example Gradients of two steps on two tasks
 * ```ts
 * import * as core from "@amortize/core";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 * import * as tf from "@tensorflow/tfjs";
 *
 * await tf.setBackend("cpu");
 * const family = core.linearRegression, presets = { tiny: { steps: 2, observations: 3, model: { width: 8 } } };
 * const own = { name: "tiny", description: "", task: core.LinearRegression, family, presets };
 * const pipeline = core.standardPipeline(own);
 * const built = pipeline.build(Effect.runSync(core.resolveConfig(pipeline)).config);
 * const draw = built.stages.taskSampling({ steps: 2, observations: 3, queries: 4, lengths: "all" });
 * const sampled = Effect.runSync(draw({ seed: 0, split: "training", iteration: 0, range: { first: 0, count: 2 } }));
 * const input = { weights: core.initialWeights(built, 0), sampled, balance: tf.ones<tf.Rank.R2>([2, 3]) };
 * const { losses } = await Effect.runPromise(core.refineGreedily(built.stages)(input));
 * assertEquals(losses.shape, [2, 3]); // [steps, prefixes]
 * ```
 */
export function refineGreedily(
  stages: RefinementStages & { readonly lossAggregation: Stage<LossInput, StepLoss, ShapeMismatch> },
): NamedStage<LoopInput, LoopOutput, ShapeMismatch> {
  const once = refineOnce(stages);
  const { regime, lossAggregation } = stages;
  return stage("detached state loop", ({ weights, sampled, balance }: LoopInput) =>
    Effect.suspend(() => {
      const { x: queryX, y: queryY } = sampled.queries;
      let gradients: Record<string, tf.Tensor> = {};
      const losses: tf.Tensor1D[] = [];
      let state: State = tf.tidy(() => ({ ...regime.start(weights, queryX) }));
      const steps = Effect.gen(function* () {
        for (const [step, batch] of sampled.batches.entries()) {
          const held = state;
          const signal = yield* attempt(() =>
            tf.tidy(() => ({ ...regime.signal(weights, held, batch, sampled.lengths[step]!) }))
          );
          const stepBalance = tf.tidy(() => balance.slice([step, 0], [1, -1]).as1D());
          let refined: { next: State; perPrefix: tf.Tensor1D } | undefined;
          const loss = Effect.gen(function* () {
            // Step 0 starts from the weights themselves, so that the learned initial state gets its gradient.
            const from = step === 0 ? regime.start(weights, queryX) : held;
            const input = { weights, state: from, signal, batch, lengths: sampled.lengths[step]!, queryX, step };
            const output = yield* once(input);
            const lossOfStep = yield* lossAggregation({ refined: output, queryY, balance: stepBalance });
            refined = {
              next: keepAll(regime.advance(output.candidates, input)),
              perPrefix: tf.keep(lossOfStep.perPrefix),
            };
            return lossOfStep.loss;
          });
          const differentiated = yield* Effect.onExit(valueAndGradients(weights, loss), () =>
            Effect.sync(() => tf.dispose([signal, stepBalance])));
          differentiated.value.dispose();
          tf.dispose(state as tf.NamedTensorMap);
          state = refined!.next;
          losses.push(refined!.perPrefix);
          gradients = accumulate(gradients, differentiated.gradients);
          yield* yieldWhenDue;
        }
        return { gradients, losses: tf.stack(losses) as tf.Tensor2D };
      });
      // Not finally: a generator whose effect fails or is interrupted is dropped, and its finally never runs.
      return Effect.onExit(steps, (exit) =>
        Effect.sync(() =>
          tf.dispose([state as tf.NamedTensorMap, losses, Exit.isSuccess(exit) ? [] : gradients])
        ));
    }));
}

/** One refinement without loss, as evaluation, predict and a stream of new data use it. */
export interface InferenceStep {
  /** Weights of model and regime, by name. */
  readonly weights: Weights;
  /** s^k. */
  readonly state: State;
  /** B^k, x `[tasks, observations, features]` and y `[tasks, observations, outputs]`. */
  readonly batch: Observations;
  /** How many of its observations may be seen. */
  readonly lengths: Lengths;
  /** Query inputs `[tasks, queries, features]`; an implicit state belongs to them. */
  readonly queryX: tf.Tensor3D;
  /** k, from 0; may exceed the trained number of steps. */
  readonly step: number;
  /** What is made of k, handed in by whoever replays the step. */
  readonly supplyStep?: StepSupplier;
}

/** The next state, and the candidates after each prefix; the caller owns both. */
export interface Inferred {
  /** s^{k+1} after all visible observations. */
  readonly state: State;
  /** The states after each prefix, `[tasks, prefixes, …]`. */
  readonly candidates: Candidates;
}

/**
 * h(s, B): the same stages as in training, without a tape. Only the next state and the candidates outlive the call, and
 * what came in stays the caller's.
 */
export function inferStep(stages: RefinementStages): Stage<InferenceStep, Inferred, ShapeMismatch> {
  const once = refineOnce(stages);
  const { regime } = stages;
  return (request) =>
    Effect.suspend(() => {
      const engine = tf.engine();
      engine.startScope();
      const refined = Effect.flatMap(
        attempt(() => regime.signal(request.weights, request.state, request.batch, request.lengths)),
        (signal) => {
          const input: RefineInput = { ...request, signal };
          return Effect.map(once(input), ({ candidates }) => ({
            state: keepAll(regime.advance(candidates, input)),
            candidates: keepAll(candidates),
          }));
        },
      );
      return Effect.onExit(
        refined,
        () => Effect.sync(() => engine.endScope()),
      );
    });
}

function keepAll<T extends Readonly<Record<string, tf.Tensor>>>(tensors: T): T {
  for (const tensor of Object.values(tensors)) tf.keep(tensor);
  return tensors;
}
