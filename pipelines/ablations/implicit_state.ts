import { classificationRegimes } from "../classification_presets.ts";
import { mergeSettings } from "../../lib/training/mod.ts";
import type { TableSize } from "../tables/definition.ts";
import type { AblationDefinition } from "./definition.ts";
import { notesOf, rowOf, sizeOf } from "./_row.ts";

/** What a query carries from step to step; softmax is for classes alone. */
const states = { "linear-regression": ["logits", "hidden"], mnist: ["logits", "softmax", "hidden"] } as const;

/** What the implicit state holds: the prediction, its softmax, or the query's hidden vector. */
export function implicitState(size: TableSize): AblationDefinition {
  const pipelines = ["linear-regression", "mnist"] as const;
  const K = Math.max(...pipelines.map((pipeline) => sizeOf(pipeline, size).steps));
  return {
    name: "implicit-state",
    size,
    question: "What should a query carry from step to step: its prediction, the softmax of it, or its hidden vector?",
    labels: ["task", "state"],
    steps: [1, 2, ...new Set(pipelines.map((pipeline) => sizeOf(pipeline, size).steps)), 2 * K].sort((a, b) => a - b),
    rows: pipelines.flatMap((pipeline) =>
      states[pipeline].map((state, i) =>
        rowOf(size, {
          pipeline,
          label: { task: pipeline, state },
          panel: pipeline,
          line: state,
          // Images want smoothing queries; a tied start of the decoder is for states that it answers with.
          settings: mergeSettings(pipeline === "mnist" ? classificationRegimes.implicit! : {}, {
            ...{ regime: "implicit", signal: "data", implicitState: state },
            ...(pipeline === "mnist" ? {} : { training: { learningRate: 2e-3 } }),
          }),
          compares: i === 0,
        })
      )
    ),
    notes: [
      "Errors are mean squared errors for regression, in % for MNIST. Implicit, causal.",
      ...notesOf(size, pipelines),
    ],
  };
}
