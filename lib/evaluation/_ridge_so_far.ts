import type * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import type { Observations, TaskFamily } from "../stages/task_family.ts";
import { type MeanError, meanOf } from "./context_length_point.ts";
import { addObservations, emptyEquations, solveRidge } from "./solve_normal_equations.ts";
import { linearError, taskAt, type TaskBatch } from "./task_batch.ts";

const penalties = [0.1, 0.316, 1, 3.16, 10, 31.6, 100];

/** Ridge regression on all observations so far, which needs no memory of them: sums per task grow batch by batch. */
export function ridgeSoFar(family: TaskFamily, queries: Observations) {
  return Effect.promise(async () => {
    const [tasks, count] = queries.x.shape, { features, outputs, loss } = family;
    const host: TaskBatch = {
      ...{ tasks, observations: 0, queries: count, features, outputs },
      contextX: new Float32Array(),
      contextY: new Float32Array(),
      queryX: await floats(queries.x),
      queryY: await floats(queries.y),
    };
    const equations = Array.from({ length: tasks }, () => emptyEquations(features, outputs));
    const errorOf = loss === "squared-error" ? loss : "misclassified";
    return {
      /** Takes in a mini-batch, which stays the caller's. */
      add: (batch: Observations): Effect.Effect<void> =>
        Effect.promise(async () => {
          const [x, y] = [await floats(batch.x), await floats(batch.y)], count = batch.x.shape[1];
          equations.forEach((sums, task) => addObservations(sums, x, y, task * count, (task + 1) * count));
        }),
      /** The error at the penalty that is best for these tasks at this length. */
      error: (): MeanError =>
        penalties.map((penalty) =>
          meanOf(
            equations.map((sums, task) => linearError(host, taskAt(host, task), solveRidge(sums, penalty), errorOf)),
          )
        ).reduce((best, ridge) => ridge.mean < best.mean ? ridge : best),
    };
  });
}

async function floats(tensor: tf.Tensor): Promise<Float32Array> {
  return await tensor.data<"float32">();
}
