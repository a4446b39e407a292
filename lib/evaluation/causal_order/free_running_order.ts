import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { Weights } from "../../model/weights.ts";
import type { RefinementStages } from "../../stages/detached_state_loop.ts";
import type { State } from "../../stages/regime.ts";
import { inferenceOf } from "../../training/inference.ts";
import type { InferenceReplay } from "../../training/inference_replay.ts";

/** Samples of some tasks with as many nodes each, `[tasks, count, nodes]`, row-major, every node standardised. */
export interface SampleRows {
  /** Tasks. */
  readonly tasks: number;
  /** Samples of each. */
  readonly count: number;
  /** Nodes of each. */
  readonly nodes: number;
  /** The numbers. */
  readonly rows: ArrayLike<number>;
}

/** What orders are asked of. */
export interface OrderRequest {
  /** Stages whose state is leaf logits. */
  readonly stages: RefinementStages;
  /** Trained weights; they stay the caller's. */
  readonly weights: Weights;
  /** The mini-batches that a state is refined over, one after another, at every removal. */
  readonly batches: readonly SampleRows[];
  /**
   * Whether all tasks are samples of one model: its nodes then go by the mean of the tasks' log-probabilities, and every
   * task gives the same order. False unless said.
   */
  readonly pooled?: boolean;
  /** Replays refinements and predictions, with the same bits; left out, they run as they are. */
  readonly replay?: InferenceReplay | undefined;
}

/** An order, and how sure each of its decisions was. */
export interface FoundOrder {
  /** Nodes, causes first. */
  readonly order: Int32Array;
  /** By place: the probability that the node had, when it was taken as a leaf of all nodes up to that place; 1 for the first. */
  readonly confidence: Float64Array;
}

/**
 * Orders the nodes of each task from the back: the leaf logits of all nodes are refined over the mini-batches, the top node
 * becomes the last one and is taken away with its column, and the model runs again on the rest. One result a task.
 * Source: Scetbon et al. 2024, recursive removal; METHOD.md §7.
 */
export function freeRunningOrder(request: OrderRequest): Effect.Effect<FoundOrder[], ShapeMismatch> {
  const { tasks, nodes } = request.batches[0]!;
  return Effect.gen(function* () {
    const left = Array.from({ length: tasks }, () => Array.from({ length: nodes }, (_, node) => node));
    const found = left.map(() => ({ order: new Int32Array(nodes), confidence: new Float64Array(nodes).fill(1) }));
    for (let size = nodes; size > 1; size--) {
      const each = yield* leafProbabilities(request, left, size);
      const probabilities = request.pooled === true ? pooledOver(each, size) : each;
      left.forEach((nodesLeft, task) => {
        const row = probabilities.subarray(task * size, (task + 1) * size);
        const top = row.indexOf(Math.max(...row));
        found[task]!.confidence[size - 1] = row[top]!;
        found[task]!.order[size - 1] = nodesLeft.splice(top, 1)[0]!;
      });
    }
    left.forEach(([node], task) => found[task]!.order[0] = node!);
    return found;
  });
}

/** Every task's probabilities replaced by the normalised geometric mean over tasks. */
function pooledOver(probabilities: Float32Array, size: number): Float32Array {
  const logs = new Float64Array(size);
  probabilities.forEach((p, i) => logs[i % size]! += Math.log(Math.max(p, 1e-30)) * size / probabilities.length);
  const largest = logs.reduce((a, b) => Math.max(a, b)), parts = logs.map((log) => Math.exp(log - largest));
  const total = parts.reduce((a, b) => a + b);
  return probabilities.map((_, i) => parts[i % size]! / total);
}

/** Probabilities `[tasks, size]` of being a leaf among the nodes left. */
function leafProbabilities(
  { stages, weights, batches, replay }: OrderRequest,
  left: readonly (readonly number[])[],
  size: number,
): Effect.Effect<Float32Array, ShapeMismatch> {
  const { step, predict } = inferenceOf(stages, replay), { regime } = stages;
  return Effect.gen(function* () {
    const queryX = tf.ones<tf.Rank.R3>([left.length, 1, size]);
    let state: State = tf.tidy(() => ({ ...regime.start(weights, queryX) }));
    const refineAll = Effect.gen(function* () {
      for (const [k, batch] of batches.entries()) {
        const x = tf.tensor3d(columnsLeft(batch, left), [left.length, batch.count, size]);
        const y = tf.zeros<tf.Rank.R3>([left.length, batch.count, 1]);
        const refined = step({ weights, state, batch: { x, y }, lengths: "all", queryX, step: k });
        const held = state;
        const next = yield* Effect.onExit(
          refined,
          () => Effect.sync(() => tf.dispose([x, y, held as tf.NamedTensorMap])),
        );
        tf.dispose(next.candidates as tf.NamedTensorMap);
        state = next.state;
      }
    });
    yield* Effect.onError(refineAll, () => Effect.sync(() => tf.dispose([queryX, state as tf.NamedTensorMap])));
    const logits = yield* predict({ weights, state, queryX });
    const probabilities = tf.tidy(() => logits.reshape([left.length, size]).softmax());
    const read = yield* Effect.promise(() => probabilities.data<"float32">());
    tf.dispose([logits, probabilities, queryX, state as tf.NamedTensorMap]);
    return Float32Array.from(read);
  });
}

function columnsLeft({ count, nodes, rows }: SampleRows, left: readonly (readonly number[])[]): Float32Array {
  const size = left[0]!.length, out = new Float32Array(left.length * count * size);
  let to = 0;
  for (let task = 0; task < left.length; task++) {
    for (let n = 0; n < count; n++) {
      const from = (task * count + n) * nodes;
      for (const node of left[task]!) out[to++] = rows[from + node]!;
    }
  }
  return out;
}
