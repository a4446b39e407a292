import type { TableSize } from "../tables/definition.ts";
import type { AblationDefinition } from "./definition.ts";
import { notesOf, rowOf, sizeOf } from "./_row.ts";

const pipeline = "linear-regression";

/** How many earlier states enter as tokens, under signals without and with gradients. */
export function history(size: TableSize): AblationDefinition {
  const { steps: K } = sizeOf(pipeline, size);
  return {
    name: "history",
    size,
    question: "Does it help to see the last m states, and their gradients, beside the current one?",
    labels: ["signal", "m"],
    steps: [1, 2, K, 2 * K],
    against: "m",
    rows: ["data+residual", "both"].flatMap((signal) =>
      [0, 1, 2, 4].map((m) =>
        rowOf(size, {
          pipeline,
          label: { signal, m },
          panel: `signal ${signal}`,
          line: `m = ${m}`,
          settings: { regime: "parametric", signal, history: m },
          compares: signal === "data+residual" && m === 0,
        })
      )
    ),
    notes: [
      "Parametric, causal. m counts states before the current one; with the signal both, their mean gradients are tokens " +
      "too.",
      ...notesOf(size, [pipeline]),
    ],
  };
}
