import type { JsonObject } from "../../lib/training/mod.ts";
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

function row(label: TableRow["label"], K: number, size: TableSize, settings: JsonObject): TableRow {
  const trainings = places.map(({ pipeline, columns }): TableTraining => {
    const base = sizes[size];
    return {
      name: [...Object.values(label), pipeline].join("-"),
      pipeline,
      columns,
      compares: K === Math.max(...steps) && (label["signal"] ?? "data") === "data",
      settings: {
        ...base,
        ...(pipeline === "linear-regression" ? regression : {}),
        steps: K,
        ...settings,
        evaluation: { ...base["evaluation"] as JsonObject, steps: K },
      },
    };
  });
  return { label, steps: K, trainings };
}

/** Rows of a regime whose state describes the task: signals × K. */
function taskRows(size: TableSize, settings: (signal: string) => JsonObject): TableRow[] {
  return signals.flatMap((signal) => steps.map((K) => row({ signal, K }, K, size, { signal, ...settings(signal) })));
}

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
    "ImageNet columns need embeddings that are not to be had here: see deno task list for the pipeline embeddings.",
  ];
}

/** The paper's table of that name, at a size. */
export const tables: Readonly<Record<string, (size: TableSize) => TableDefinition>> = {
  parametric: (size) => ({
    name: "parametric",
    size,
    labels: ["signal", "K"],
    columns,
    rows: taskRows(size, () => ({ regime: "parametric", decoder: "span" })),
    differences: [
      ...differencesOf(size),
      "The decoder is a span of the inputs, Δθ = mean of x ⊗ Linear(h): a linear decoder reaches only as many " +
      "directions of 1,000 weights as the model is wide.",
    ],
  }),
  explicit: (size) => ({
    name: "explicit",
    size,
    labels: ["signal", "K"],
    columns,
    rows: taskRows(size, () => ({
      regime: "explicit",
      decoder: "hyper",
      latent: 128,
      predictor: { hidden: 128, features: 128 },
    })),
    differences: [
      ...differencesOf(size),
      "The predictor is ⟨features(x), Linear(z)⟩; the paper's is a network of [x, z] (deno task train --set decoder=flat).",
    ],
  }),
  implicit: (size) => ({
    name: "implicit",
    size,
    labels: ["K"],
    columns,
    rows: steps.map((K) => row({ K }, K, size, { regime: "implicit", signal: "data" })),
    differences: differencesOf(size),
  }),
};
