import type { JsonObject } from "../../lib/training/mod.ts";
import type { TableSize } from "../tables/definition.ts";
import type { AblationDefinition } from "./definition.ts";
import { notesOf, rowOf, sizeOf } from "./_row.ts";

/** Decoders of a task state, by regime. */
const decodersOf: Readonly<Record<string, Readonly<Record<string, JsonObject>>>> = {
  parametric: {
    "flat": { decoder: "flat" },
    "span": { decoder: "span" },
    "span + gradient step": { decoder: "span", gradientStep: 0.5 },
  },
  explicit: { "flat (MLP of [x, z])": { decoder: "flat" }, "hyper": { decoder: "hyper" } },
};

/** Masks of each pipeline's models, and what images want beside. */
const settingsOf = {
  "linear-regression": {},
  mnist: { mask: "non-causal", lengths: "all", training: { learningRate: 2e-3 } },
} as const;

/** How a hidden vector becomes a state, or a latent a prediction. */
export function decoders(size: TableSize): AblationDefinition {
  const pipelines = ["linear-regression", "mnist"] as const;
  const K = Math.max(...pipelines.map((pipeline) => sizeOf(pipeline, size).steps));
  return {
    name: "decoders",
    size,
    question:
      "How should the network's output become the state: one linear layer, a span of the inputs, or weights of " +
      "learned features?",
    labels: ["task", "regime", "decoder"],
    steps: [...new Set([1, 2, ...pipelines.map((pipeline) => sizeOf(pipeline, size).steps), 2 * K])].sort((a, b) =>
      a - b
    ),
    rows: pipelines.flatMap((task) =>
      Object.entries(decodersOf).flatMap(([regime, own]) =>
        Object.entries(own).map(([decoder, settings], i) =>
          rowOf(size, {
            pipeline: task,
            label: { task, regime, decoder },
            panel: `${task}, ${regime}`,
            line: decoder,
            settings: { ...settingsOf[task], regime, signal: "data+residual", ...settings },
            compares: regime === "parametric" && i === 0,
          })
        )
      )
    ),
    notes: [
      "Signal data+residual. Regression: causal, mean squared error. MNIST: non-causal on whole mini-batches, error in %; " +
      "θ has 1,000 numbers there, of which a flat decoder moves as many directions as the model is wide.",
      ...notesOf(size, pipelines),
    ],
  };
}
