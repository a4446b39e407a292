import { Effect } from "effect";
import type * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../../errors/shape_mismatch.ts";
import type { Weights } from "../../model/weights.ts";
import type { SampledTasks } from "../../stages/task_sampling.ts";
import type { InferenceReplay } from "../../training/inference_replay.ts";
import type { BuiltPipeline } from "../../training/pipeline.ts";
import { disposeSample } from "../../training/dispose_sample.ts";
import { directLingam } from "./direct_lingam.ts";
import { explainedShare } from "./explained_share.ts";
import { freeRunningOrder, type SampleRows } from "./free_running_order.ts";
import type { LeafRow } from "./leaf_rows.ts";
import { orderByScores } from "./leaf_rule.ts";
import type { NodeData } from "./node_data.ts";
import { varianceRule } from "./variance_rule.ts";
import { violatedEdges } from "./violated_edges.ts";

/** What free-running orders are measured on. */
export interface EdgeRequest {
  /** The pipeline's stages, drawing from a family whose tasks hold their `edges` `[tasks, nodes, nodes]`. */
  readonly built: BuiltPipeline;
  /** Trained weights; they stay the caller's. */
  readonly weights: Weights;
  /** Seed of the tasks, which are those of `runModel` at the same seed and split. */
  readonly seed: number;
  /** Tasks to measure. */
  readonly tasks: number;
  /** Samples per mini-batch. */
  readonly observations: number;
  /** Mini-batches. */
  readonly steps: number;
  /** After which numbers of steps orders are found. */
  readonly measured: readonly number[];
  /** Replays refinements and predictions, with the same bits; left out, they run as they are. */
  readonly replay?: InferenceReplay | undefined;
  /** Whether to run DirectLiNGAM too, which is slow. */
  readonly lingam: boolean;
}

/** Tasks that run together. */
const chunkOfTasks = 64;

/** An order of one task's nodes. */
type OrderOf = (data: NodeData) => Int32Array;

/**
 * The share of true edges that orders violate: the model running freely, the model in one step on all samples together,
 * sorting by variance and by R² (largest last), DirectLiNGAM where asked for, and chance. NaN at steps that were not
 * measured.
 */
export function edgeRows(request: EdgeRequest): Effect.Effect<LeafRow[], ShapeMismatch> {
  const { built, seed, tasks, observations, steps, measured } = request;
  const draw = built.stages.taskSampling({ steps, observations, queries: 1, lengths: "all" });
  const row = (method: string, kind: LeafRow["kind"]) => ({
    method,
    kind,
    errors: { tasks, steps, errors: new Float64Array(tasks * (steps + 1)).fill(NaN) },
    seconds: 0,
    times: 0,
  });
  const model = row("model", "model"), whole = row("one step on all observations", "control");
  const chance = row("chance", "control");
  chance.errors.errors.fill(0.5);
  const sorters: readonly (readonly [ReturnType<typeof row>, OrderOf])[] = [
    [row("variance, largest last", "baseline"), (data) => orderByScores(varianceRule(data))],
    [row("R², largest first", "baseline"), (data) => orderByScores(explainedShare(data, allOf(data)))],
    ...request.lingam
      ? [[row("DirectLiNGAM", "baseline"), (data: NodeData) => directLingam(data, allOf(data))] as const]
      : [],
  ];
  return Effect.gen(function* () {
    for (let first = 0; first < tasks; first += chunkOfTasks) {
      const range = { first, count: Math.min(chunkOfTasks, tasks - first) };
      const sampled = yield* draw({ seed, split: "evaluation", iteration: 0, range });
      const { batches, graphs } = yield* readSample(sampled);
      disposeSample(sampled);
      for (const step of measured) {
        const seen = batches.slice(0, step), together = joinedRows(seen);
        const put = (into: ReturnType<typeof row>, start: number, orders: readonly Int32Array[]): void => {
          into.seconds += (performance.now() - start) / 1000;
          into.times += range.count;
          orders.forEach((order, i) =>
            into.errors.errors[(first + i) * (steps + 1) + step] = violatedEdges(graphs[i]!, order)
          );
        };
        for (const [into, shown] of [[model, seen], [whole, [together]]] as const) {
          const start = performance.now();
          const found = yield* freeRunningOrder({ ...request, stages: built.stages, batches: shown });
          put(into, start, found.map(({ order }) => order));
        }
        for (const [into, orderOf] of sorters) {
          yield* Effect.yieldNow;
          put(into, performance.now(), graphs.map((_, i) => orderOf(taskOf(together, i))));
        }
      }
    }
    return [model, whole, ...sorters.map(([sorter]) => sorter), chance].map(({ seconds, times, ...rest }) => ({
      ...rest,
      secondsPerTask: times === 0 ? 0 : seconds / times,
    }));
  });
}

function allOf({ nodes }: NodeData): Uint8Array {
  return new Uint8Array(nodes).fill(1);
}

/** The host's copy of a sample. */
function readSample({ drawn, batches }: SampledTasks) {
  return Effect.promise(async () => {
    const edges = (drawn as { readonly edges: tf.Tensor3D }).edges, [tasks, nodes] = edges.shape;
    const all = Uint8Array.from(await edges.data());
    const size = nodes * nodes;
    const read: SampleRows[] = [];
    for (const { x } of batches) {
      read.push({ tasks, count: x.shape[1], nodes, rows: Float32Array.from(await x.data()) });
    }
    return {
      batches: read,
      graphs: Array.from({ length: tasks }, (_, i) => ({ nodes, edges: all.slice(i * size, (i + 1) * size) })),
    };
  });
}

/** Mini-batches as one: each task's samples in order. */
function joinedRows(batches: readonly SampleRows[]): SampleRows & { readonly rows: Float32Array } {
  const { tasks, nodes } = batches[0]!, count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const rows = new Float32Array(tasks * count * nodes);
  for (let task = 0, at = 0; task < tasks; task++) {
    for (const batch of batches) {
      const size = batch.count * nodes;
      for (let i = 0; i < size; i++) rows[at++] = batch.rows[task * size + i]!;
    }
  }
  return { tasks, count, nodes, rows };
}

function taskOf({ count, nodes, rows }: SampleRows & { readonly rows: Float32Array }, task: number): NodeData {
  return { nodes, count, rows: rows.subarray(task * count * nodes, (task + 1) * count * nodes) };
}
