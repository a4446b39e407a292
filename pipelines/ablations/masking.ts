import type { JsonObject } from "../../lib/training/mod.ts";
import type { TableSize } from "../tables/definition.ts";
import type { AblationDefinition } from "./definition.ts";
import { notesOf, rowOf, sizeOf } from "./_row.ts";

const pipeline = "linear-regression";

/** Regimes with the signals that they read, and settings of their own. */
const regimes: Readonly<Record<string, { readonly signals: readonly string[]; readonly settings: JsonObject }>> = {
  parametric: { signals: ["grad", "data", "both", "data+residual"], settings: {} },
  explicit: { signals: ["grad", "data", "both", "data+residual"], settings: { decoder: "hyper" } },
  implicit: { signals: ["data"], settings: { training: { learningRate: 2e-3 } } },
};

/** Causal against non-causal, for every regime, signal and K. */
export function masking(size: TableSize): AblationDefinition {
  const K = sizeOf(pipeline, size).steps;
  const trained = size === "quick" ? [1, K] : [1, 5, 10];
  return {
    name: "masking",
    size,
    question: "One causal pass that trains every context size, or one context size drawn an iteration?",
    labels: ["regime", "signal", "mask", "K"],
    steps: [...new Set([1, 2, K, 2 * K])],
    rows: Object.entries(regimes).flatMap(([regime, { signals, settings }]) =>
      signals.flatMap((signal) =>
        ["causal", "non-causal"].flatMap((mask) =>
          trained.map((steps) =>
            rowOf(size, {
              pipeline,
              label: { regime, signal, mask, K: steps },
              panel: `${regime}, ${signal}`,
              line: `${mask}, K = ${steps}`,
              settings: { ...settings, regime, signal, mask, steps },
              compares: regime === "parametric" && signal === "data+residual" && mask === "causal" && steps === K,
            })
          )
        )
      )
    ),
    notes: [
      "Equal updates, not equal seconds: a causal pass scores every prefix. Gradients are prefix means under the causal " +
      "mask and means of the mini-batch under the other. Explicit has the hyper decoder.",
      ...notesOf(size, [pipeline]),
    ],
  };
}
