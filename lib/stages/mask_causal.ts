import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { contextPositions, lengthOf, noObservation } from "./_layout.ts";
import { fromLengths } from "./from_lengths.ts";
import type { Lengths, MaskedTokens, Tokens } from "./regime.ts";
import { type NamedStage, stage } from "./stage.ts";

/**
 * Lets position n see the state and observations 1 … n, so that one pass trains every context size. A query sees
 * the first n_q observations and itself; nothing ever looks at another query.
 * In: tokens `[tasks, positions, width]`, state first. Out: the same, and a boolean mask
 * `[1 | tasks, positions, positions]` (row looks, true = may look), owned by the caller.
 * Fails with {@linkcode ShapeMismatch} if there is no observation. Source: arXiv 2510.11471, causal training.
 *
 * @example One state token and two observations
 * ```ts
 * import { maskCausal, type Tokens } from "@amortize/core/stages";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const layout = { lead: 1, observations: 2, perObservation: 1, summaries: 0, queries: 0 };
 * const tokens = { embedded: tf.zeros([1, 3, 8]), layout, lengths: "all" } as Partial<Tokens> as Tokens;
 * const { mask } = Effect.runSync(maskCausal(tokens));
 * assertEquals(await mask.data(), Uint8Array.of(1, 0, 0, 1, 1, 0, 1, 1, 1)); // [1, positions, positions]
 * ```
 */
export const maskCausal: NamedStage<Tokens, MaskedTokens, ShapeMismatch> = stage("masking/causal", (tokens) => {
  const { layout, lengths, embedded } = tokens;
  if (layout.observations < 1) return Effect.fail(noObservation(embedded.shape));
  const context = contextPositions(layout);
  const positions = context + layout.queries;
  const maskOf = (tasks: number, lengths: Lengths): tf.Tensor3D => {
    const mask = new Uint8Array(tasks * positions * positions);
    for (let task = 0; task < tasks; task++) {
      for (let row = 0; row < positions; row++) {
        const start = (task * positions + row) * positions;
        const isQuery = row >= context;
        const visible = isQuery
          ? layout.lead + layout.perObservation * lengthOf(lengths, layout, task, row - context)
          : Math.max(row + 1, layout.lead);
        mask.fill(1, start, start + visible);
        if (isQuery && layout.queriesAttendSelf !== false) mask[start + row] = 1;
      }
    }
    return tf.tensor3d(mask, [tasks, positions, positions], "bool");
  };
  const mask = lengths instanceof Int32Array
    ? fromLengths(lengths, (lengths) => maskOf(embedded.shape[0], lengths))
    : maskOf(1, lengths);
  return Effect.succeed({ ...tokens, mask });
});
