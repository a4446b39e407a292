import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { accumulate } from "../ops/mod.ts";
import { type LoopInput, type LoopOutput, type RefinementStages, refineOnce } from "./detached_state_loop.ts";
import { hold } from "./_hold.ts";
import type { LossInput, StepLoss } from "./loss_aggregation.ts";
import type { Signal, State } from "./regime.ts";
import { attempt, type NamedStage, type Stage, stage } from "./stage.ts";
import { valueAndGradients } from "./value_and_gradients.ts";
import { yieldWhenDue } from "./turns.ts";

/** What flows back through the steps, and from which losses. */
export interface UnrollSettings {
  /** Whether gradients run through residuals and inner gradients too; else these are held, as numbers are. */
  readonly throughSignal: boolean;
  /** Whether every step's loss counts, or the last one's alone. */
  readonly lossSteps: "every" | "last";
}

/**
 * K refinement steps under one tape: ∇ of Σ_k ℓ_k, or of the last ℓ alone, with every state a function of those before
 * it. Memory grows with K, and an interruption waits for the last step. With descent as the regime this is MAML: of the
 * first order with the signal held, of the second through it. Input and output as those of `refineGreedily`; losses are
 * told of all steps. Source: Finn, Abbeel and Levine 2017; METHOD.md §3.
 */
export function refineUnrolled(
  stages: RefinementStages & { readonly lossAggregation: Stage<LossInput, StepLoss, ShapeMismatch> },
  { throughSignal, lossSteps }: UnrollSettings,
): NamedStage<LoopInput, LoopOutput, ShapeMismatch> {
  const once = refineOnce(stages);
  const { regime, lossAggregation } = stages;
  return stage("detached state loop", ({ weights, sampled, balance }: LoopInput) =>
    Effect.suspend(() => {
      const { x: queryX, y: queryY } = sampled.queries;
      const losses: tf.Tensor1D[] = [];
      const loss = Effect.gen(function* () {
        let state: State = regime.start(weights, queryX);
        const counted: tf.Scalar[] = [];
        for (const [step, batch] of sampled.batches.entries()) {
          const lengths = sampled.lengths[step]!;
          const from = state;
          const at: Signal = yield* attempt(() => regime.signal(weights, from, batch, lengths));
          const input = {
            ...{ weights, state: from, batch, lengths, queryX, step },
            signal: throughSignal ? at : hold(at),
          };
          const refined = yield* once(input);
          const stepBalance = balance.slice([step, 0], [1, -1]).as1D();
          const lossOfStep = yield* lossAggregation({ refined, queryY, balance: stepBalance });
          losses.push(tf.keep(lossOfStep.perPrefix));
          if (lossSteps === "every" || step === sampled.batches.length - 1) counted.push(lossOfStep.loss);
          state = regime.advance(refined.candidates, input);
        }
        return counted.reduce((sum, term) => sum.add(term));
      });
      const unrolled = Effect.gen(function* () {
        const { value, gradients } = yield* valueAndGradients(weights, loss);
        value.dispose();
        const output: LoopOutput = { gradients: accumulate({}, gradients), losses: tf.stack(losses) as tf.Tensor2D };
        yield* yieldWhenDue;
        return output;
      });
      return Effect.onExit(unrolled, () => Effect.sync(() => tf.dispose(losses)));
    }));
}
