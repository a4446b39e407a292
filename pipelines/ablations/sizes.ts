import { type JsonObject, mergeSettings } from "../../lib/training/mod.ts";
import type { TableSize } from "../tables/definition.ts";

/** What a size is for one pipeline: every setting that is no ablation's own. */
export interface AblationSize {
  /** Steps K that models are trained for, unless K is ablated. */
  readonly steps: number;
  /** Their settings. */
  readonly settings: JsonObject;
}

const paperModel = { width: 256, layers: 4, heads: 4, feedForward: 1024 } as const;
const paperTraining = { iterations: 100_000, tasks: 64, queries: 100, learningRate: 1e-4, beta2: 0.999 } as const;

/** Linear regression at each size: seconds a training on two cores, a quarter of an hour, or the paper's own. */
export const regressionSizes: Readonly<Record<TableSize, AblationSize>> = {
  quick: {
    steps: 5,
    settings: {
      task: { dimension: 8 },
      observations: 16,
      model: { width: 32, layers: 2, heads: 4, feedForward: 64 },
      training: {
        iterations: 1000,
        tasks: 16,
        queries: 16,
        learningRate: 7e-3,
        validateEvery: 250,
        validationTasks: 64,
      },
      evaluation: { tasks: 256, queries: 64, steps: 10, otherObservations: [] },
    },
  },
  small: {
    steps: 5,
    settings: {
      task: { dimension: 20 },
      observations: 32,
      model: { width: 64, layers: 2, heads: 4, feedForward: 128 },
      training: { iterations: 4000, tasks: 32, queries: 32, learningRate: 5e-3 },
      evaluation: { tasks: 512, queries: 100, steps: 10, otherObservations: [] },
    },
  },
  paper: {
    steps: 10,
    settings: {
      task: { dimension: 100 },
      observations: 100,
      model: paperModel,
      training: { ...paperTraining, validateEvery: 1000 },
      evaluation: { tasks: 512, queries: 100, steps: 20, otherObservations: [] },
    },
  },
};

/** MNIST at each size. */
export const mnistSizes: Readonly<Record<TableSize, AblationSize>> = {
  quick: {
    steps: 4,
    settings: {
      observations: 50,
      model: { width: 64, layers: 2, heads: 4, feedForward: 128 },
      training: { iterations: 300, tasks: 8, queries: 32, learningRate: 3e-3, validateEvery: 100, validationTasks: 32 },
      evaluation: { tasks: 100, queries: 100, steps: 8, otherObservations: [] },
    },
  },
  small: {
    steps: 5,
    settings: {
      observations: 64,
      model: { width: 128, layers: 2, heads: 4, feedForward: 128 },
      training: { iterations: 4000, tasks: 8, queries: 32, learningRate: 3e-3, validateEvery: 250 },
      evaluation: { tasks: 200, queries: 100, steps: 10, otherObservations: [] },
    },
  },
  paper: {
    steps: 10,
    settings: {
      observations: 100,
      model: paperModel,
      training: { ...paperTraining, validateEvery: 1000 },
      evaluation: { tasks: 500, queries: 100, steps: 20, otherObservations: [] },
    },
  },
};

/** Settings of a size with an ablation's own on top. */
export function settingsAt({ steps, settings }: AblationSize, ...own: readonly JsonObject[]): JsonObject {
  return [settings, { steps }, ...own].reduce(mergeSettings);
}

/** What a size trains, as a sentence. */
export function sizeNote(name: string, { settings }: AblationSize): string {
  const { observations, model, training } = settings as {
    readonly observations: number;
    readonly model: { readonly width: number; readonly layers: number };
    readonly training: { readonly iterations: number; readonly tasks: number };
  };
  return `${name}: N = ${observations}, width ${model.width}, ${model.layers} layers, ${training.iterations} updates of ` +
    `${training.tasks} tasks, one seed.`;
}
