import type { TaskBatch } from "../../lib/evaluation/mod.ts";
import { keyFor, normals, purpose } from "../../lib/random/mod.ts";

/** Linear regression tasks made on the host alone: y = w·x + σ ε. */
export function linearBatch(
  { tasks, observations, queries, features, noise, seed }: {
    readonly tasks: number;
    readonly observations: number;
    readonly queries: number;
    readonly features: number;
    readonly noise: number;
    readonly seed: number;
  },
): { readonly batch: TaskBatch; readonly truth: Float32Array } {
  const key = keyFor(seed, "a test", 0);
  const draw = (name: string, count: number): Float32Array => normals(purpose(key, name), count);
  const truth = draw("w", tasks * features);
  const rows = (name: string, count: number): { x: Float32Array; y: Float32Array } => {
    const x = draw(name, tasks * count * features);
    const y = draw(`${name} noise`, tasks * count).map((e, row) => {
      const task = Math.floor(row / count);
      let sum = noise * e;
      for (let i = 0; i < features; i++) sum += x[row * features + i]! * truth[task * features + i]!;
      return sum;
    });
    return { x, y };
  };
  const context = rows("context", observations), query = rows("query", queries);
  return {
    batch: {
      tasks,
      observations,
      queries,
      features,
      outputs: 1,
      contextX: context.x,
      contextY: context.y,
      queryX: query.x,
      queryY: query.y,
    },
    truth,
  };
}

/** Classification tasks: each class lies around a centre of its own, `spread` wide; labels are one-hot. */
export function classBatch(
  { tasks, observations, queries, features, classes, spread, seed }: {
    readonly tasks: number;
    readonly observations: number;
    readonly queries: number;
    readonly features: number;
    readonly classes: number;
    readonly spread: number;
    readonly seed: number;
  },
): TaskBatch {
  const key = keyFor(seed, "a test of classes", 0);
  const draw = (name: string, count: number): Float32Array => normals(purpose(key, name), count);
  const centres = draw("centres", tasks * classes * features);
  const rows = (name: string, count: number): { x: Float32Array; y: Float32Array } => {
    const y = new Float32Array(tasks * count * classes);
    const labels = draw(`${name} labels`, tasks * count);
    const x = draw(name, tasks * count * features).map((value, at) => {
      const row = Math.floor(at / features), task = Math.floor(row / count);
      // The digits of a normal are a uniform choice.
      const label = Math.floor(Math.abs(labels[row]!) * 1e4) % classes;
      y[row * classes + label] = 1;
      return centres[(task * classes + label) * features + at % features]! + spread * value;
    });
    return { x, y };
  };
  const context = rows("context", observations), query = rows("query", queries);
  return {
    tasks,
    observations,
    queries,
    features,
    outputs: classes,
    contextX: context.x,
    contextY: context.y,
    queryX: query.x,
    queryY: query.y,
  };
}
