import type { JsonObject } from "../../lib/training/mod.ts";
import type { TableSize } from "../tables/definition.ts";
import type { AblationDefinition } from "./definition.ts";
import { notesOf, rowOf, sizeOf } from "./_row.ts";

const pipeline = "linear-regression";

/** Methods that are timed, as settings. */
const methods: Readonly<Record<string, { readonly method?: string; readonly settings: JsonObject }>> = {
  parametric: { settings: { regime: "parametric", signal: "data+residual" } },
  explicit: { settings: { regime: "explicit", signal: "data+residual", decoder: "hyper" } },
  implicit: { settings: { regime: "implicit", signal: "data", training: { learningRate: 2e-3 } } },
  maml: { method: "maml", settings: { training: { learningRate: 0.02 } } },
};

/** Mini-batches that a size measures. */
const miniBatches: Readonly<Record<TableSize, readonly number[]>> = {
  quick: [1, 2, 5, 10, 20, 40],
  small: [1, 2, 5, 10, 20, 40],
  paper: [1, 2, 5, 10],
};

/** Time and memory of K mini-batches against one large batch, and error by seconds, observations and passes. */
export function runtime(size: TableSize): AblationDefinition {
  const { steps: K } = sizeOf(pipeline, size);
  return {
    name: "runtime",
    size,
    question: "K small mini-batches or one large one: what do the same observations cost in time and memory?",
    labels: ["method"],
    steps: [1, 2, K, 2 * K],
    rows: Object.entries(methods).map(([name, { method, settings }]) =>
      rowOf(size, {
        pipeline,
        label: { method: name },
        panel: pipeline,
        line: name,
        settings,
        ...(method === undefined ? {} : { method }),
        compares: name === "parametric",
      })
    ),
    runtime: { miniBatches: miniBatches[size], passes: [1, 2, 5, 10, 20, 50, 100] },
    notes: [
      "Models are timed on 32 tasks at once and their errors are over these; other methods' over all evaluation tasks.",
      ...notesOf(size, [pipeline]),
    ],
  };
}
