import * as tf from "@tensorflow/tfjs";
import type { State } from "./regime.ts";

/**
 * How fast weights grow in {@linkcode averageStates}: the state n steps after the average began has a weight of about
 * n^growth. 0 is the plain mean, which remembers its first states for ever; the larger, the fewer late states count.
 */
export const averageGrowth = 1;

/** What {@linkcode averageStates} averages. */
export interface AveragedStates {
  /** The average of the states before; taken over where it begins anew. */
  readonly average: State;
  /** The state after so many steps. */
  readonly state: State;
  /** Refinement steps that made `state`. */
  readonly step: number;
  /** The trained number of steps K: up to there the average is the state itself. */
  readonly trainedSteps: number;
}

/**
 * The running average of states from step K on, which needs no memory of them: a ← a + w (s − a) with
 * w = (1 + growth) / (n + growth) at the n-th state averaged. Up to step K it is the state itself. This one rule is what
 * `predict` and evaluation average by. The caller owns what comes back; what came in stays the caller's. Source: Shamir, Zhang, arXiv 1212.1824 (polynomial-decay averaging).
 *
 * @example Two states are averaged at step K + 1
 * ```ts
 * import { averageGrowth, averageStates } from "@amortize/core/stages";
 * import { assertAlmostEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * await tf.setBackend("cpu");
 * const [first, second] = [{ theta: tf.tensor([0]) }, { theta: tf.tensor([1]) }];
 * const { theta } = averageStates({ average: first, state: second, step: 6, trainedSteps: 5 });
 * assertAlmostEquals((await theta!.data())[0]!, (1 + averageGrowth) / (2 + averageGrowth));
 * ```
 */
export function averageStates(
  { average, state, step, trainedSteps }: AveragedStates,
  growth: number = averageGrowth,
): State {
  const n = step - trainedSteps + 1;
  const weight = n <= 1 ? 1 : (1 + growth) / (n + growth);
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      weight === 1 ? value.clone() : tf.tidy(() => average[name]!.add(value.sub(average[name]!).mul(weight))),
    ]),
  );
}
