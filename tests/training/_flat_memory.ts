import { assertEquals } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { backendBytes, tensorCount } from "../../lib/device/memory.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import { localGradients } from "../../lib/training/shards.ts";
import { trainIteration } from "../../lib/training/train_iteration.ts";
import { disposeTrainingState, initialTrainingState } from "../../lib/training/training_state.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak } from "../backends.ts";

/** One refinement of every regime and mask, each with as many kinds of token as it can have. */
export const kinds: readonly (Partial<Refinement> & Pick<Refinement, "regime" | "mask">)[] = [
  {
    regime: "parametric",
    mask: "causal",
    signal: { data: true, residual: true, gradient: "prefix-mean" },
    history: 1,
    decoder: "span",
  },
  { regime: "parametric", mask: "non-causal", signal: { data: true, residual: true, gradient: "mean" }, history: 1 },
  { regime: "explicit", mask: "causal", signal: { data: true, residual: false, gradient: "prefix-mean" } },
  {
    regime: "explicit",
    mask: "non-causal",
    signal: { data: true, residual: true, gradient: "mean" },
    decoder: "hyper",
    stateTokens: 2,
  },
  { regime: "implicit", mask: "causal", signal: { data: true, residual: false, gradient: "none" } },
  {
    regime: "implicit",
    mask: "non-causal",
    signal: { data: true, residual: false, gradient: "none" },
    implicitState: "hidden",
  },
  {
    regime: "descent",
    mask: "non-causal",
    signal: { data: false, residual: false, gradient: "mean" },
    detach: "never",
    throughSignal: true,
    descent: { rule: "adam", rate: 0.1, learn: "start+rate" },
  },
];

/** Trains and asserts that tensors, buffers and the backend's bytes are as many at the end as after a tenth. */
export async function flatMemory(kind: Partial<Refinement>, iterations: number): Promise<void> {
  const config = tinyConfig(tinyRefinement(kind), { shards: 2, iterations });
  const built = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));
  await assertNoLeak(async () => {
    const source = localGradients(built, config, 1);
    let state = initialTrainingState(built, config, 1);
    const held: Record<string, number>[] = [];
    for (let i = 1; i <= iterations; i++) {
      state = (await Effect.runPromise(trainIteration(source, config, state))).state;
      if (i % (iterations / 10) !== 0) continue;
      held.push({ tensors: tensorCount(), buffers: tf.memory().numDataBuffers, bytes: backendBytes() });
    }
    for (const later of held) assertEquals(later, held[0]);
    assertEquals(state.iteration, iterations);
    disposeTrainingState(state);
  });
}
