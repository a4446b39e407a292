import { deepSet } from "../model/deep_set.ts";
import { identity } from "../model/identity.ts";
import { type Model, type Transformer, transformer } from "../model/transformer.ts";
import type { Regime } from "../stages/regime.ts";
import type { LengthDraw } from "../stages/task_sampling.ts";
import { descent } from "./descent.ts";
import { implicit } from "./implicit.ts";
import { hyperPredictor, linearPredictor, mlpPredictor } from "./predictor.ts";
import type { Refinement } from "./settings.ts";
import { type RegimeContext, taskState } from "./task_state.ts";

/**
 * The regime that the settings describe: θ `[tasks, features · outputs]` of a linear predictor (parametric), a latent
 * `[tasks, latent]` that a trained predictor reads (explicit), each query's own prediction (implicit), or θ moved by
 * plain gradient steps (descent). It does not check whether the settings make sense together: that is what `refuse` is
 * for.
 *
 * @example The state of a parametric regime
 * ```ts
 * import { keyFor } from "@amortize/core/random";
 * import { refinementFields, regimeOf } from "@amortize/core/regimes";
 * import { assertEquals } from "@std/assert";
 * import { Schema } from "effect";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const refinement = Schema.decodeSync(Schema.Struct(refinementFields))({ regime: "parametric" });
 * const family = { features: 2, outputs: 1, loss: "squared-error" } as const;
 * const regime = regimeOf({ refinement, family, width: 16 });
 * const weights = regime.init(keyFor(0, "initialisation", 0));
 * assertEquals(regime.start(weights, tf.zeros([3, 4, 2]))["theta"]!.shape, [3, 2]); // [tasks, features · outputs]
 * ```
 */
export function regimeOf(context: RegimeContext): Regime {
  const { refinement: c, family } = context;
  switch (c.regime) {
    case "parametric":
      return taskState("parametric", linearPredictor(family), context);
    case "explicit": {
      const sizes = {
        features: family.features,
        outputs: family.outputs,
        latent: c.latent,
        hidden: c.predictor.hidden,
      };
      const predictor = c.decoder === "hyper"
        ? hyperPredictor({ ...sizes, trainedFeatures: c.predictor.features })
        : mlpPredictor(sizes);
      return taskState("explicit", predictor, context);
    }
    case "implicit":
      return implicit(context);
    case "descent":
      return descent(context);
  }
}

/**
 * The network between tokens and states: the transformer, a deep set of the same sizes where positions aggregate by a
 * mean, or none for descent, whose token is the gradient.
 */
export function modelOf(c: Pick<Refinement, "regime" | "aggregate">, sizes: Transformer): Model {
  if (c.regime === "descent") return identity;
  return c.aggregate === "mean" ? deepSet(sizes) : transformer(sizes);
}

/**
 * How training draws what each position may see: one length an iteration under the non-causal mask, one per query for
 * a causal implicit state, and everything for a causal task state, whose mask trains all lengths at once. Descent steps
 * on whole mini-batches, as MAML does, and so does whatever is told to. Source: METHOD.md §5.
 */
export function lengthDrawOf(c: Pick<Refinement, "regime" | "mask" | "lengths">): LengthDraw {
  if (c.regime === "descent" || c.lengths === "all") return "all";
  if (c.mask === "non-causal") return "one";
  return c.regime === "implicit" ? "per-query" : "all";
}

/** Prefixes that one pass scores: N for a causal task state, else one. */
export function prefixesOf(c: Pick<Refinement, "regime" | "mask" | "observations">): number {
  return c.mask === "causal" && c.regime !== "implicit" ? c.observations : 1;
}
