import type { Regime } from "../stages/regime.ts";
import type { LengthDraw } from "../stages/task_sampling.ts";
import { implicit } from "./implicit.ts";
import { hyperPredictor, linearPredictor, mlpPredictor } from "./predictor.ts";
import type { Refinement } from "./settings.ts";
import { type RegimeContext, taskState } from "./task_state.ts";

/** The regime that the settings describe. */
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
  }
}

/** How training draws what each position may see: METHOD.md §5. */
export function lengthDrawOf(c: Pick<Refinement, "regime" | "mask">): LengthDraw {
  if (c.mask === "non-causal") return "one";
  return c.regime === "implicit" ? "per-query" : "all";
}

/** Prefixes that one pass scores: N for a causal task state, else one. */
export function prefixesOf(c: Pick<Refinement, "regime" | "mask" | "observations">): number {
  return c.mask === "causal" && c.regime !== "implicit" ? c.observations : 1;
}
