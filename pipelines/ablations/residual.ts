import type { JsonObject } from "../../lib/training/mod.ts";
import type { TableSize } from "../tables/definition.ts";
import type { AblationDefinition } from "./definition.ts";
import { notesOf, rowOf, sizeOf } from "./_row.ts";

const pipeline = "linear-regression";

/** Signals with residuals and without, and what they are to the settings. */
const signals: Readonly<Record<string, string | JsonObject>> = {
  "data": "data",
  "grad": "grad",
  "both": "both",
  "residual": "residual",
  "data+residual": "data+residual",
  "both+residual": { data: true, residual: true, gradient: "prefix-mean" },
};

/** Observation tokens that also tell how far the state misses them, against gradients and against neither. */
export function residual(size: TableSize): AblationDefinition {
  const { steps: K } = sizeOf(pipeline, size);
  return {
    name: "residual",
    size,
    question: "What do residuals y − f(x; s) in observation tokens bring beside observations and gradients?",
    labels: ["regime", "signal"],
    steps: [1, 2, K, 2 * K],
    rows: ["parametric", "explicit"].flatMap((regime) =>
      Object.entries(signals).map(([name, signal]) =>
        rowOf(size, {
          pipeline,
          label: { regime, signal: name },
          panel: regime,
          line: name,
          settings: { regime, signal, ...(regime === "explicit" ? { decoder: "hyper" } : {}) },
          compares: regime === "parametric" && name === "data+residual",
        })
      )
    ),
    notes: [
      "Causal masks; gradients are prefix means. Explicit has the hyper decoder. Residuals are not the paper's.",
      ...notesOf(size, [pipeline]),
    ],
  };
}
