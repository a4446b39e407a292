import * as tf from "@tensorflow/tfjs";
import type { SampledTasks } from "../stages/task_sampling.ts";

/** Frees all tensors of a sample: what makes the tasks, every mini-batch, and the queries. */
export function disposeSample({ drawn, batches, queries }: SampledTasks): void {
  tf.dispose([drawn, queries, ...batches]);
}
