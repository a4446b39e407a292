import * as tf from "@tensorflow/tfjs";
import { normalTensor, purpose } from "../lib/random/mod.ts";
import type { TaskFamily } from "../lib/stages/task_family.ts";
import { linearRegression } from "../lib/tasks/linear_regression.ts";

/** Sizes of a family that tests need: plain data, so that a counterexample prints. */
export interface FamilySizes {
  readonly loss: TaskFamily["loss"];
  readonly features: number;
  /** Classes, from 2 on; a regression has one output whatever this says. */
  readonly outputs: number;
}

/** Linear regression, or {@linkcode argmaxClasses}. */
export function familyOf({ loss, features, outputs }: FamilySizes): TaskFamily {
  if (loss === "cross-entropy") return argmaxClasses(features, outputs);
  return linearRegression({ dimension: features, noise: 0.5 }) as TaskFamily;
}

/** x ~ N(0, I), the class of x is the largest entry of xᵀ W, one W ~ N(0, 1) `[features, classes]` per task. */
export function argmaxClasses(features: number, classes: number): TaskFamily<{ w: tf.Tensor3D }> {
  return {
    name: "argmax-classes",
    features,
    outputs: classes,
    loss: "cross-entropy",
    metric: { name: "error", unit: "%", lowerIsBetter: true },
    drawTasks: (key, { first, count }) => ({
      w: normalTensor(purpose(key, "w"), [count, features, classes], first * features * classes) as tf.Tensor3D,
    }),
    observe: ({ w }, { key, range: { first, count: tasks }, count }) =>
      tf.tidy(() => {
        const x = normalTensor(purpose(key, "x"), [tasks, count, features], first * count * features) as tf.Tensor3D;
        const y = tf.oneHot(x.matMul<tf.Tensor3D>(w).argMax<tf.Tensor2D>(2), classes).toFloat() as tf.Tensor3D;
        return { x, y };
      }),
  };
}
