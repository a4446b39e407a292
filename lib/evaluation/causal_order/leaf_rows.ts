import { Effect } from "effect";
import type { EvaluatedMethod } from "../evaluation_file.ts";
import { type ErrorsPerStep, taskAt, type TaskBatch } from "../task_batch.ts";
import { directLingamRule } from "./direct_lingam.ts";
import { largestShareRule, smallestShareRule } from "./explained_share.ts";
import { chanceLeafError, leafError, type Removals } from "./leaf_error.ts";
import type { LeafRule } from "./leaf_rule.ts";
import type { NodeData } from "./node_data.ts";
import { varianceRule } from "./variance_rule.ts";

/** Rules without training, by the names that tables show. */
export const leafRules: Readonly<Record<string, LeafRule>> = {
  "variance, largest last": varianceRule,
  "R², smallest first": smallestShareRule,
  "R², largest first": largestShareRule,
  "DirectLiNGAM": directLingamRule,
};

/** What rules are asked. */
export interface LeafComparison {
  /** Samples and queries of every task; a query marks present nodes, its label the leaves. */
  readonly batch: TaskBatch;
  /** Samples of a mini-batch. */
  readonly perStep: number;
  /** Mini-batches. */
  readonly steps: number;
  /** After which steps each rule is measured; others are left out. */
  readonly measured: Readonly<Record<string, readonly number[]>>;
}

/** A method's errors with the time it took. */
export type LeafRow = Pick<EvaluatedMethod, "method" | "kind" | "secondsPerTask"> & { readonly errors: ErrorsPerStep };

/** Leaf errors of chance and of the rules asked for, NaN at steps that are not. Others get a turn between tasks. */
export function leafRows({ batch, perStep, steps, measured }: LeafComparison): Effect.Effect<LeafRow[]> {
  const { tasks, queries } = batch, nodes = batch.features;
  const removals = (task: number): Removals => {
    const { queryX, queryY } = taskAt(batch, task);
    return { count: queries, present: queryX, leaves: queryY };
  };
  return Effect.gen(function* () {
    const chance = new Float64Array(tasks * (steps + 1));
    for (let task = 0; task < tasks; task++) {
      chance.fill(chanceLeafError(nodes, removals(task)), task * (steps + 1), (task + 1) * (steps + 1));
    }
    const rows: LeafRow[] = [
      { method: "chance", kind: "control", secondsPerTask: 0, errors: { tasks, steps, errors: chance } },
    ];
    for (const [method, at] of Object.entries(measured)) {
      const rule = leafRules[method]!, errors = new Float64Array(tasks * (steps + 1)).fill(NaN);
      const start = performance.now();
      for (let task = 0; task < tasks; task++) {
        yield* Effect.yieldNow;
        for (const step of at) {
          const data: NodeData = { nodes, count: step * perStep, rows: taskAt(batch, task).x };
          errors[task * (steps + 1) + step] = leafError(data, removals(task), rule);
        }
      }
      const secondsPerTask = (performance.now() - start) / 1000 / tasks / at.length;
      rows.push({ method, kind: "baseline", secondsPerTask, errors: { tasks, steps, errors } });
    }
    return rows;
  });
}
