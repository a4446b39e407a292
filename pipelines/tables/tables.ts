import { type JsonObject, mergeSettings } from "../../lib/training/mod.ts";
import { classificationRegimes } from "../classification_presets.ts";
import type { TableDefinition, TableRow, TableSize, TableTraining } from "./definition.ts";

/** Steps K of the paper's rows. */
const steps = [1, 5, 10] as const;

/** The paper's signals, then ours. */
const signals = ["grad", "data", "both", "data+residual"] as const;

/** What each size costs and how large its models are. */
const sizes: Readonly<Record<TableSize, { readonly observations: number } & JsonObject>> = {
  quick: {
    observations: 50,
    model: { width: 64, layers: 2, heads: 4, feedForward: 128 },
    training: { iterations: 500, tasks: 8, queries: 32, learningRate: 3e-3, validateEvery: 250, validationTasks: 32 },
    evaluation: { tasks: 100, queries: 100, otherObservations: [] },
  },
  small: {
    observations: 100,
    model: { width: 128, layers: 3, heads: 4, feedForward: 256 },
    training: { iterations: 8000, tasks: 16, queries: 64, learningRate: 2e-3, validateEvery: 500 },
    evaluation: { tasks: 200, queries: 100, otherObservations: [] },
  },
  paper: {
    observations: 100,
    model: { width: 256, layers: 4, heads: 4, feedForward: 1024 },
    training: { iterations: 100_000, tasks: 64, queries: 100, learningRate: 1e-4, beta2: 0.999, validateEvery: 1000 },
    evaluation: { tasks: 500, queries: 100, otherObservations: [] },
  },
};

/** Where a row's models are trained, and which columns that fills. */
const places = [
  { pipeline: "linear-regression", columns: { in: "linreg" } },
  { pipeline: "mnist", columns: { "in": "mnist>mnist", "fashion-mnist": "mnist>fmnist" } },
  { pipeline: "fashion-mnist", columns: { "in": "fmnist>fmnist", "mnist": "fmnist>mnist" } },
] as const;

const columns = places.flatMap((place) => Object.values<string>(place.columns));

/** The paper's task: d = 100, N = 100, whatever the size of the model. */
const regression = { task: { dimension: 100 }, observations: 100 } as const;

/** What a row is, before its places and its size are known. */
interface RowSettings {
  readonly label: TableRow["label"];
  readonly K: number;
  readonly method?: string;
  /** Settings everywhere, and for images alone. */
  readonly settings: JsonObject;
  readonly images?: JsonObject;
}

function rowOf(size: TableSize, { label, K, method, settings, images = {} }: RowSettings): TableRow {
  const base = sizes[size];
  const trainings = places.map(({ pipeline, columns }): TableTraining => {
    const own = pipeline === "linear-regression" ? [base, regression, settings] : [base, settings, images];
    return {
      name: [...Object.values(label), pipeline].join("-"),
      parts: [...Object.values(label), pipeline].map(String),
      pipeline,
      columns,
      compares: method === undefined && K === Math.max(...steps) && (label["signal"] ?? "data") === "data",
      ...(method === undefined ? {} : { method }),
      settings: [...own, { steps: K, evaluation: { steps: K } }].reduce(mergeSettings),
    };
  });
  return { label, steps: K, trainings };
}

/** Rows of a regime whose state describes the task: signals × K. */
function taskRows(size: TableSize, settings: (signal: (typeof signals)[number]) => JsonObject): TableRow[] {
  return signals.flatMap((signal) =>
    steps.map((K) => rowOf(size, { label: { signal, K }, K, settings: settings(signal) }))
  );
}

/** What each signal is to the span decoder, which reads a token per observation, in any order. */
const spanSignals: Readonly<Record<(typeof signals)[number], JsonObject>> = {
  grad: { data: false, residual: false, gradient: "per-observation" },
  data: { data: true, residual: false, gradient: "none" },
  both: { data: true, residual: false, gradient: "per-observation" },
  "data+residual": { data: true, residual: true, gradient: "none" },
};

function differencesOf(size: TableSize): string[] {
  const { observations, model, training } = sizes[size] as {
    observations: number;
    model: { width: number; layers: number };
    training: { iterations: number; tasks: number };
  };
  return [
    ...(observations === 100 ? [] : [`Images come in mini-batches of ${observations}, the paper's of 100 (inferred).`]),
    `Our models have width ${model.width} and ${model.layers} layers (the paper: 256 and 4, inferred) and are trained for ` +
    `${training.iterations} updates of ${training.tasks} tasks.`,
    "Rates and strengths of ridge, SGD and Adam were chosen on validation tasks at K = 10.",
    "The signal data+residual is not the paper's: tokens also hold how far the state misses each observation.",
    "The paper's ImageNet columns are left out: they need embeddings of its images (deno task embed), which were not at hand.",
  ];
}

/** The paper's table of that name, at a size. */
export const tables: Readonly<Record<string, (size: TableSize) => TableDefinition>> = {
  parametric: (size) => ({
    name: "parametric",
    size,
    labels: ["signal", "K"],
    columns,
    rows: [
      ...taskRows(size, (signal) => ({
        ...{ regime: "parametric", mask: "non-causal", decoder: "span", lengths: "all" },
        ...{ signal: spanSignals[signal], gradientStep: signal === "data" ? 0 : 0.9 },
      })),
      ...["maml", "maml-first-order"].map((method) =>
        rowOf(size, { label: { signal: method, K: 5 }, K: 5, method, settings: { training: { learningRate: 0.02 } } })
      ),
    ],
    differences: [
      ...differencesOf(size),
      "The decoder is a span of the inputs, Δθ = mean of x ⊗ Linear(h): a linear decoder reaches only as many " +
      "directions of 1,000 weights as the model is wide. Where the signal tells residuals or gradients, a gradient step " +
      "of learned length, from 0.9, is added to it. The mask is the non-causal one, on whole mini-batches.",
    ],
  }),
  explicit: (size) => ({
    name: "explicit",
    size,
    labels: ["signal", "K"],
    columns,
    rows: [
      ...taskRows(size, (signal) => ({
        ...{ regime: "explicit", decoder: "hyper", signal, latent: 128 },
        predictor: { hidden: 128, features: 128 },
      })),
      rowOf(size, { label: { signal: "cnp", K: 1 }, K: 1, method: "cnp", settings: { latent: 128 } }),
    ],
    differences: [
      ...differencesOf(size),
      "The predictor is ⟨features(x), Linear(z)⟩; the paper's is a network of [x, z] (deno task train --set decoder=flat), " +
      "which the row cnp has: a conditional neural process, the mean of what a network makes of each observation.",
    ],
  }),
  implicit: (size) => ({
    name: "implicit",
    size,
    labels: ["K"],
    columns,
    rows: steps.map((K) =>
      rowOf(size, {
        ...{ label: { K }, K },
        settings: { regime: "implicit", signal: "data" },
        images: classificationRegimes.implicit!,
      })
    ),
    differences: [...differencesOf(size), "K = 1 is in-context learning as prior-fitted networks do it."],
  }),
};
