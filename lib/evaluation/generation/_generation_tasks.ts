import { Effect, type Scope } from "effect";
import * as tf from "@tensorflow/tfjs";
import { drawNormals } from "../../ops/mod.ts";
import { drawPlace, type Key, keyFor, purpose } from "../../random/mod.ts";
import type { Observations } from "../../stages/task_family.ts";
import { disposeSample } from "../../training/mod.ts";
import { joined } from "../_host_tasks.ts";
import type { RowsRequest } from "./field_rows.ts";
import type { Generation } from "./settings.ts";

/** The evaluation tasks that points are generated for. Tensors live as long as the scope. */
export interface GenerationTasks {
  /** Tasks. */
  readonly tasks: number;
  /** Refinements K: as trained, or as many as are evaluated where that is fewer. */
  readonly steps: number;
  /** K mini-batches of points. */
  readonly batches: readonly Observations[];
  /** The same as one. */
  readonly whole: Observations;
  /** What generation starts from, `[tasks, points, dimension]`. */
  readonly noise: tf.Tensor3D;
  /** Points seen, all mini-batches in order, `[observations, dimension]` of each task. */
  readonly seen: readonly Float32Array[];
  /** Two sets of true points of each task, `[points, dimension]`. */
  readonly truth: readonly Float32Array[];
  readonly otherTruth: readonly Float32Array[];
  /** For what else is random. */
  readonly key: Key;
}

/** Draws them: the first of the tasks that the field is measured on, with the same mini-batches. */
export function generationTasks(
  { built: { family, stages }, config, seed }: RowsRequest,
  generation: Generation,
): Effect.Effect<GenerationTasks, never, Scope.Scope> {
  const { points } = generation, key = keyFor(seed, "evaluation", 0);
  const steps = Math.min(config.steps, config.evaluation.steps);
  const tasks = Math.min(generation.tasks, config.evaluation.tasks), range = { first: 0, count: tasks };
  const sizes = { steps, observations: config.observations, queries: 1, lengths: "all" as const };
  const draw = stages.taskSampling(sizes)({ seed, split: "evaluation", iteration: 0, range });
  return Effect.gen(function* () {
    const sampled = yield* Effect.acquireRelease(draw, (sampled) => Effect.sync(() => disposeSample(sampled)));
    const held = <T extends tf.TensorContainer>(make: () => T) =>
      Effect.acquireRelease(Effect.sync(make), (made) => Effect.sync(() => tf.dispose(made)));
    const whole = yield* held(() => tf.tidy(() => joined(sampled.batches)));
    const noise = yield* held(() =>
      tf.tidy(() => {
        const place = tf.tensor1d(drawPlace(purpose(key, "noise of generated points")), "int32");
        return drawNormals(place, tasks * points * family.outputs).reshape<tf.Tensor3D>([
          tasks,
          points,
          family.outputs,
        ]);
      })
    );
    const truth = (name: string) =>
      Effect.gen(function* () {
        const ask = { key: purpose(key, name), range, count: points, role: "context" as const, split: "evaluation" };
        return yield* perTask((yield* held(() => family.observe(sampled.drawn, ask))).y);
      });
    return {
      ...{ tasks, steps, key, batches: sampled.batches, whole, noise },
      seen: yield* perTask(whole.y),
      truth: yield* truth("true points"),
      otherTruth: yield* truth("other true points"),
    };
  });
}

/** A tensor's numbers by task, which is its first axis. */
export function perTask(tensor: tf.Tensor): Effect.Effect<readonly Float32Array[]> {
  const tasks = tensor.shape[0]!, size = tensor.size / tasks;
  return Effect.map(Effect.promise(() => tensor.data()), (values) => {
    const all = Float32Array.from(values);
    return Array.from({ length: tasks }, (_, i) => all.subarray(i * size, (i + 1) * size));
  });
}
