/** Other methods as settings of the one pipeline: `deno task train PIPELINE --method NAME`. METHOD.md §1. */
import type { JsonObject } from "../lib/training/mod.ts";

/** What a pipeline's data want of a method whatever its name: settings of its regime. */
export interface MethodRegimes {
  /** For methods whose network gives θ; a flat decoder moves θ in as many directions as a token is wide. */
  readonly parametric?: JsonObject;
  /** For methods whose state is a prediction. */
  readonly implicit?: JsonObject;
}

/** θ moves by gradient steps, and training sees the loss after the last of them, through all. */
const descending = {
  ...{ regime: "descent", signal: "grad", mask: "non-causal" },
  ...{ detach: "never", throughSignal: true, lossSteps: "last" },
  training: { learningRate: 0.02 }, // for the rate's logarithm, which may have far to go
} as const satisfies JsonObject;

/**
 * Each method, as its differences from the defaults. Plain SGD and Adam learn their one rate over training tasks, and
 * nothing else: `--set descent.learn=nothing --set descent.rate=R` fixes it.
 */
const methods: Readonly<Record<string, JsonObject>> = {
  hypernetwork: { regime: "parametric", signal: "data", steps: 1 },
  "learned-optimizer": { regime: "parametric", signal: "grad" },
  pfn: { regime: "implicit", signal: "data", steps: 1 },
  cnp: { regime: "explicit", signal: "data", steps: 1, mask: "non-causal", aggregate: "mean" },
  maml: { ...descending, descent: { rule: "sgd", learn: "start+rate" } },
  "maml-first-order": { ...descending, throughSignal: false, descent: { rule: "sgd", learn: "start+rate" } },
  sgd: { ...descending, descent: { rule: "sgd", learn: "rate" } },
  adam: { ...descending, descent: { rule: "adam", learn: "rate" } },
};

/** Names of the methods, as `--help` shows them. */
export const methodNames: readonly string[] = Object.keys(methods);

/**
 * The methods of a pipeline, to lie on top of any of its presets: `defaults` first, so that nothing of the preset's own
 * method is left; then what the pipeline's data want of the regime; then the method. Sizes, and what else `defaults` does
 * not name, stay the preset's.
 */
export function methodsWith(defaults: JsonObject, regimes: MethodRegimes = {}): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => {
      const wanted = regimes[method["regime"] as keyof MethodRegimes] ?? {};
      // Under the span decoder a step reads one token an observation, also where tokens are gradients.
      const signal = wanted["decoder"] === "span" && method["signal"] === "grad"
        ? { data: false, residual: false, gradient: "per-observation" }
        : method["signal"]!;
      return [name, { ...defaults, ...wanted, ...method, signal }];
    }),
  );
}
